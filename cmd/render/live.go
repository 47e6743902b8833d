package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/casskop-gitops/casskop-gitops/pkg/adopt/clusters"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

// liveFlags lead to the clusters of a ring, as those of `gate status` do.
type liveFlags struct {
	kubeconfig string
	contexts   []string
	timeout    time.Duration
}

func (l *liveFlags) bind(f *pflag.FlagSet) {
	f.StringVar(&l.kubeconfig, "kubeconfig", "", "kubeconfig `file` (default KUBECONFIG, else ~/.kube/config)")
	f.StringSliceVar(&l.contexts, "contexts", nil, "`contexts` of the kubeconfig, one for each cluster of the ring, in the order of the rollout (default those named as the clusters)")
	f.DurationVar(&l.timeout, "request-timeout", 10*time.Second, "how long a cluster may take to answer")
}

func (l *liveFlags) open(name string) (*clusters.Cluster, error) {
	if l.timeout <= 0 {
		return nil, fmt.Errorf("--request-timeout %s: want more than 0", l.timeout)
	}
	return clusters.Open(clusters.Options{Kubeconfig: l.kubeconfig, UserAgent: "render/" + versionText(), Timeout: l.timeout}, name)
}

// read reads the CassandraClusters of a ring, by cluster; nil where there is none.
func (l *liveFlags) read(ctx context.Context, ring *render.Ring) (map[string]map[string]any, error) {
	if n := len(l.contexts); n > 0 && n != len(ring.Clusters) {
		return nil, fmt.Errorf("--contexts names %s, ring %s has %s", count(n, "context"), ring.Name, count(len(ring.Clusters), "cluster"))
	}
	live := map[string]map[string]any{}
	var failed []error
	for i, c := range ring.Clusters {
		name := c.Name
		if len(l.contexts) > 0 {
			name = l.contexts[i]
		}
		cluster, err := l.open(name)
		if err == nil {
			live[c.Name], err = cluster.CassandraCluster(ctx, c.APIVersion(), c.Namespace, ring.Name)
		} else if len(l.contexts) == 0 {
			err = fmt.Errorf("%s: %w; name the context of each cluster with --contexts", c.Name, err)
		}
		failed = append(failed, err)
	}
	return live, errors.Join(failed...)
}
