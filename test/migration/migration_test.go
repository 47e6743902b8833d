package migration

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const (
	ringName = "cassandra-demo"
	// patience is how long a datacenter may take to come up or to change, on a busy machine.
	patience = 5 * time.Minute
)

// TestMigration does what docs/migration.md says, command by command, and holds what they print against it. From the first sync to the roll back,
// nothing changes for CassKop; then the ring is adopted again, and a change goes through, one cluster after the other.
func TestMigration(t *testing.T) {
	m := newMigration(t)
	asMultiCassKopLeft(t, m.ring)
	m.atRest()
	before := m.state()

	m.follow("Before", "Look first", "Stop the old operator", "Adopt")
	m.through(m.ring.Head(t))
	m.atRest()
	m.unchanged("the first sync", before)
	m.follow("Verify")

	m.follow("Roll back")
	m.atRest()
	m.unchanged("the roll back", before)
	m.alone()

	m.changes()
}

type migration struct {
	*testing.T
	ring *fleet.Ring
	env  []string
	doc  *document
}

func newMigration(t *testing.T) *migration {
	t.Helper()
	sites := fleet.Start(t, clusters...)
	m := &migration{T: t, ring: fleet.NewRing(t, &fleet.MultiCasskop{Name: ringName}, casskopbed.Options{}, sites...), doc: readDocument(t)}
	t.Cleanup(m.doc.write)
	m.env = append(os.Environ(), "KUBECONFIG="+m.kubeconfig(), "PATH="+m.programs()+":"+os.Getenv("PATH"),
		"GIT_AUTHOR_NAME=platform", "GIT_AUTHOR_EMAIL=platform@example.com", "GIT_COMMITTER_NAME=platform", "GIT_COMMITTER_EMAIL=platform@example.com")
	for _, c := range clusters { // beside what flux bootstrap leaves there: a folder that vanishes prunes nothing
		m.run(fmt.Sprintf("mkdir -p clusters/%[1]s/flux && kubectl create configmap %[2]s-bootstrap -n flux-system --dry-run=client -o yaml > clusters/%[1]s/flux/bootstrap.yaml", c.Name, ringName))
	}
	m.run("git init --quiet --bare ../origin-" + ringName + " && git remote add origin ../origin-" + ringName +
		" && git add --all && git commit --quiet -m 'The repository' && git push --quiet --set-upstream origin main")
	return m
}

// kubeconfig has a context for each cluster, as the administrator, in the namespace of the ring. The first is current.
func (m *migration) kubeconfig() string {
	m.Helper()
	k := clientcmdapi.NewConfig()
	for _, c := range clusters {
		k.Clusters[c.Name] = &clientcmdapi.Cluster{Server: c.Config.Host, CertificateAuthorityData: c.Config.CAData}
		k.AuthInfos[c.Name] = &clientcmdapi.AuthInfo{Token: c.Config.BearerToken, ClientCertificateData: c.Config.CertData, ClientKeyData: c.Config.KeyData}
		k.Contexts[c.Name] = &clientcmdapi.Context{Cluster: c.Name, AuthInfo: c.Name, Namespace: ringName}
	}
	k.CurrentContext = clusters[0].Name
	file := filepath.Join(m.TempDir(), "kubeconfig")
	must(m.T, clientcmd.WriteToFile(*k, file))
	return file
}

// programs is a folder with render, gate and kubectl.
func (m *migration) programs() string {
	m.Helper()
	dir := m.TempDir()
	for name, find := range map[string]func(string) (string, error){"render": bed.Program, "gate": bed.Program, "kubectl": bed.Binary} {
		file, err := find(name)
		must(m.T, err)
		must(m.T, os.Symlink(file, filepath.Join(dir, name)))
	}
	return dir
}

// run runs a command line in the repository, and fails the test unless it ends with 0.
func (m *migration) run(command string) string {
	m.Helper()
	out, err := m.try(command)
	if err != nil {
		m.Fatalf("%s: %v\n%s", command, err, out)
	}
	return out
}

func (m *migration) try(command string) (string, error) {
	m.Helper()
	cmd := exec.CommandContext(m.Context(), "bash", "-e", "-o", "pipefail", "-c", command)
	cmd.Dir, cmd.Env = m.ring.Dir, m.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// follow does what sections of the document say.
func (m *migration) follow(sections ...string) {
	m.Helper()
	for _, section := range sections {
		for _, s := range m.doc.sessions(m.T, section) {
			m.play(s)
		}
	}
}

// play runs the commands of a session. What git push brings, Flux gets to see.
func (m *migration) play(s *session) {
	m.Helper()
	for _, step := range s.steps {
		if strings.HasPrefix(step.command, "render import") {
			defer m.options() // once the session is through
		}
		before := m.ring.Head(m.T).SHA
		out := m.run(step.command)
		step.got = plain(out)
		if diff := cmp.Diff(step.output, step.got); diff != "" && !*update {
			m.Errorf("docs/migration.md: %s (-document +run):\n%s", step.command, diff)
		}
		if strings.Contains(step.command, "git push") || strings.Contains(step.command, "git commit") && m.ring.Head(m.T).SHA != before {
			m.ring.Push(m.T, m.ring.Head(m.T), m.ring.Members...)
		}
	}
}

// options are what the bed needs in render.yaml: its source, and no soak.
func (m *migration) options() {
	m.Helper()
	file := filepath.Join(m.ring.Dir, "render.yaml")
	content, err := os.ReadFile(file)
	must(m.T, err)
	if !strings.Contains(string(content), "stableFor") {
		text := string(content) + "flux: {sourceRef: {kind: GitRepository, name: git-" + ringName + "}}\ngate: {stableFor: 1s}\n"
		must(m.T, os.WriteFile(file, []byte(text), 0o644))
	}
}

func (m *migration) through(c fleet.Commit) {
	m.Helper()
	fleet.WaitThrough(m.T, patience, c.Revision, m.ring.Members...)
}

// state is what must not change: of CassandraClusters what CassKop reads, of StatefulSets all that rolls pods, pods by their UID.
func (m *migration) state() map[string]any {
	m.Helper()
	all := map[string]any{}
	for _, member := range m.ring.Members {
		cc := member.CassandraCluster(m.T)
		status, _ := cc.Object["status"].(map[string]any)
		all[member.Name+" CassandraCluster"] = map[string]any{"uid": cc.GetUID(), "labels": cc.GetLabels(), "spec": cc.Object["spec"], "seeds": status["seedlist"]}
		var sets appsv1.StatefulSetList
		must(m.T, member.Client.List(m.Context(), &sets, client.InNamespace(ringName)))
		for _, set := range sets.Items {
			all[member.Name+" StatefulSet "+set.Name] = map[string]any{"uid": set.UID, "generation": set.Generation, "template": set.Spec.Template, "revision": set.Status.UpdateRevision}
		}
		var pods corev1.PodList
		must(m.T, member.Client.List(m.Context(), &pods, client.InNamespace(ringName)))
		for _, pod := range pods.Items {
			all[member.Name+" pod "+pod.Name] = pod.UID
		}
	}
	return all
}

func (m *migration) unchanged(what string, before map[string]any) {
	m.Helper()
	if n := len(before); n != 2*(1+1+2) {
		m.Fatalf("the state has %d objects, want a CassandraCluster, a StatefulSet and two pods in each cluster: %v", n, slices.Sorted(maps.Keys(before)))
	}
	if diff := cmp.Diff(before, m.state()); diff != "" {
		m.Errorf("%s changes something (-before +after):\n%s", what, diff)
	}
}

// atRest waits until CassKop has looked at everything twice and has nothing more to say, and is content.
func (m *migration) atRest() {
	m.Helper()
	for _, member := range m.ring.Members {
		seen, since := "", time.Now()
		bed.WaitFor(m.T, patience, "the CassandraCluster in "+member.Name+" is ready and stays as it is for 12 s", func() (bool, string) {
			if version := member.CassandraCluster(m.T).GetResourceVersion(); version != seen {
				seen, since = version, time.Now()
			}
			_, readiness := member.State(m.T)
			return readiness.Ready && time.Since(since) > 12*time.Second, readiness.Reason + ": " + readiness.Message
		})
	}
}

// alone: nothing of this project has its hand on the CassandraClusters any more.
func (m *migration) alone() {
	m.Helper()
	for _, member := range m.ring.Members {
		for name := range member.CassandraCluster(m.T).GetAnnotations() {
			if strings.HasPrefix(name, "casskop-gitops.dev/") {
				m.Errorf("%s: after the roll back the CassandraCluster carries annotation %s", member.Name, name)
			}
		}
		if got, err := m.try("kubectl --context " + member.Name + " get gates,kustomizations.kustomize.toolkit.fluxcd.io -A -o name | grep " + ringName + " | grep -v git-"); err == nil {
			m.Errorf("%s: after the roll back there are still\n%s", member.Name, got)
		}
	}
}

// changes adopts the ring again and changes the image: one cluster after the other.
func (m *migration) changes() {
	m.Helper()
	m.run("git revert --no-edit HEAD && git push --quiet")
	head := m.ring.Head(m.T)
	m.ring.Push(m.T, head, m.ring.Members...)
	m.through(head)
	scribe := chronicle.NewScribe(m.T, ringName, clusters...)
	log := m.ring.WatchPods(m.T)
	m.run("sed -i 's|cassandra-image:3.11|cassandra-image:3.12|' multi-casskop.yaml && render && git add --all && git commit --quiet -m 'A new image' && git push --quiet")
	head = m.ring.Head(m.T)
	m.ring.Push(m.T, head, m.ring.Members...)
	m.through(head)
	stopped, most := log.Stopped()
	if diff := cmp.Diff([]string{"k8s-cluster1/cassandra-demo-dc1-rack1-1", "k8s-cluster1/cassandra-demo-dc1-rack1-0",
		"k8s-cluster2/cassandra-demo-dc2-rack4-1", "k8s-cluster2/cassandra-demo-dc2-rack4-0"}, stopped); diff != "" || most != 1 {
		m.Errorf("pods that stopped, %d at one time, want 1 (-want +got):\n%s", most, diff)
	}
	scribe.Read(m.T)
	judged := scribe.Chronicles(func(string) time.Duration { return time.Second })[ringName].Judge()
	for _, v := range judged.Violations {
		m.Error(v)
	}
	if judged.Taken != 2 {
		m.Errorf("the audit logs tell of %d revisions that were taken, want 2", judged.Taken)
	}
}
