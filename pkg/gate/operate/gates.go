package operate

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/retry"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
)

// Gates writes to the Gates of one namespace of one cluster, as a human.
type Gates struct {
	context Context
	client  *remote.Client
	dryRun  bool
}

// Done is what was done, as sentences: what, what it means, how to take it back. Warnings are what went wrong beside it.
type Done struct {
	// Changed says that something was written.
	Changed  bool
	Says     []string
	Warnings []string
}

// In is for the Gates of a context. With dryRun the API server checks each write and keeps none.
func In(c Context, dryRun bool) (*Gates, error) {
	client, err := remote.NewClient(c.Config)
	return &Gates{c, client, dryRun}, err
}

func (g *Gates) gates() dynamic.ResourceInterface {
	return g.client.Resource(gatesResource).Namespace(g.context.Namespace)
}

// read a Gate, which must be there.
func (g *Gates) read(ctx context.Context, name string) (*v1alpha1.Gate, error) {
	object, err := g.client.Get(ctx, gatesResource, types.NamespacedName{Namespace: g.context.Namespace, Name: name})
	if err != nil {
		return nil, fmt.Errorf("read Gate %s: %w", g.title(name), err)
	}
	if object == nil {
		return nil, fmt.Errorf("there is no Gate %s: look at `kubectl get gates --all-namespaces`, then say --context and --namespace", g.title(name))
	}
	return typed[v1alpha1.Gate](object.Object)
}

// title is the full name of a Gate, as it is said to a human.
func (g *Gates) title(name string) string {
	return fmt.Sprintf("%s/%s in context %s", g.context.Namespace, name, g.context.Name)
}

// command is what a human types to do something to the same Gate.
func (g *Gates) command(verb, name string) string {
	return fmt.Sprintf("gate %s %s --context %s --namespace %s", verb, name, g.context.Name, g.context.Namespace)
}

// patience with others who write to the same Gate: the controller does several times a second, at worst.
var patience = wait.Backoff{Steps: 20, Duration: 10 * time.Millisecond, Factor: 1.3, Jitter: 0.5}

// annotate reads a Gate, has it judged, and writes annotations, unless it changed in between: then once more. A nil value takes one off;
// nil annotations leave it alone.
func (g *Gates) annotate(ctx context.Context, name string, judge func(*v1alpha1.Gate) (map[string]any, error)) (*v1alpha1.Gate, error) {
	var found *v1alpha1.Gate
	err := retry.RetryOnConflict(patience, func() error {
		var err error
		if found, err = g.read(ctx, name); err != nil {
			return err
		}
		annotations, err := judge(found)
		if err != nil || annotations == nil {
			return err
		}
		patch, err := mergePatch(found, annotations)
		if err != nil {
			return err
		}
		_, err = g.gates().Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: managerOpen, DryRun: g.dryRuns()})
		return g.explained(name, err)
	})
	return found, err
}

// explained names the Gate in an error of a write, and says why the server did not answer if it did not.
func (g *Gates) explained(name string, err error) error {
	if err == nil {
		return nil
	}
	if failure, ok := errors.AsType[*remote.Failure](err); ok {
		err = failure
	}
	return fmt.Errorf("write Gate %s: %w", g.title(name), err)
}

func (g *Gates) dryRuns() []string {
	if g.dryRun {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// would turns what was done into what would be, for a dry run.
func (g *Gates) would(sentence string) string {
	if g.dryRun {
		return "dry run, nothing was changed: " + sentence
	}
	return sentence
}
