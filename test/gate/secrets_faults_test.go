package gate

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/remote"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// fault is a way in which the other cluster of a pair cannot be seen.
type fault struct {
	reason string // what the gate must say
	// early: it is there before the gate is. Else the gate has seen the other cluster by then.
	early bool
	// after is how long after the cause it takes effect
	after time.Duration
	// without is what the Gate is installed without at first: objects whose names end so
	without string
	prepare func(*testing.T, *pair) steps
}

// steps of a fault. The first makes the good Secret; without a cure it is also the last.
type steps struct{ good, cause, cure func() }

// faults are all there are but those of a Secret's content. The first Secret of each is a good one.
var faults = map[string]fault{
	"there is no Secret yet":                         {reason: remote.ReasonSecretMissing, early: true, prepare: taken},
	"the Secret is deleted":                          {reason: remote.ReasonSecretMissing, prepare: taken},
	"the gate may not read the Secret":               {reason: remote.ReasonSecretForbidden, early: true, without: "-gate-secrets", prepare: forbidden},
	"the Secret holds garbage":                       {reason: credentials.ReasonKubeconfigUnreadable, prepare: given("config", "\x00garbage")},
	"the Secret holds garbage from the start":        {reason: credentials.ReasonKubeconfigUnreadable, early: true, prepare: given("config", "{")},
	"the Secret is empty":                            {reason: credentials.ReasonSecretEmpty, prepare: given("", "")},
	"the CA is another one":                          {reason: remote.ReasonUntrusted, prepare: as(otherCA)},
	"the server is another one":                      {reason: remote.ReasonUntrusted, early: true, prepare: as(foreign)},
	"the token is none":                              {reason: remote.ReasonUnauthorized, prepare: as(wrongToken)},
	"the token is one of another cluster":            {reason: remote.ReasonUnauthorized, early: true, prepare: as(tokenOfAnother)},
	"the token expires in 10 s":                      {reason: remote.ReasonTokenExpired, after: 10 * time.Second, prepare: as(expiring(10 * time.Second))},
	"the token has expired":                          {reason: remote.ReasonTokenExpired, early: true, prepare: as(expiring(-51 * time.Second))},
	"the token may nothing":                          {reason: remote.ReasonForbidden, prepare: withoutRights},
	"the token may nothing from the start":           {reason: remote.ReasonForbidden, early: true, prepare: withoutRights},
	"the rights go before the gate opens":            {reason: remote.ReasonForbidden, prepare: rightsTaken},
	"the name is not the server's":                   {reason: remote.ReasonWrongName, prepare: wrongName},
	"the name does not resolve":                      {reason: remote.ReasonNameUnknown, prepare: as(unknownName)},
	"the server does not speak TLS":                  {reason: remote.ReasonTLS, prepare: as(withoutTLS)},
	"nothing answers":                                {reason: remote.ReasonUnreachable, prepare: network(bed.Unreachable)},
	"nothing answers from the start":                 {reason: remote.ReasonUnreachable, early: true, prepare: network(bed.Unreachable)},
	"it is accepted and silent":                      {reason: remote.ReasonNotAnswering, prepare: network(bed.Silent)},
	"it is accepted and silent from the start":       {reason: remote.ReasonNotAnswering, early: true, prepare: network(bed.Silent)},
	"connections are reset":                          {reason: remote.ReasonConnectionFailed, prepare: network(bed.Reset)},
	"connections are reset from the start":           {reason: remote.ReasonConnectionFailed, early: true, prepare: network(bed.Reset)},
	"the port is refused":                            {reason: remote.ReasonConnectionRefused, prepare: network(bed.Refuse)},
	"the port is refused from the start":             {reason: remote.ReasonConnectionRefused, early: true, prepare: network(bed.Refuse)},
	"it answers 429, try again in 30 s":              {reason: remote.ReasonTooManyRequests, prepare: answers(429, nil)},
	"it answers 429 from the start":                  {reason: remote.ReasonTooManyRequests, early: true, prepare: answers(429, nil)},
	"it answers 429 to watches alone":                {reason: remote.ReasonTooManyRequests, prepare: answers(429, watches)},
	"it answers 500":                                 {reason: remote.ReasonServerError, prepare: answers(500, nil)},
	"it answers 500 to watches alone from the start": {reason: remote.ReasonServerError, early: true, prepare: answers(500, watches)},
	"it answers 500 to the reads before an opening":  {reason: remote.ReasonServerError, prepare: answersReads(500)},
	"it answers 503, try again in 30 s":              {reason: remote.ReasonServerError, prepare: answers(503, nil)},
	"it answers 404 to everything":                   {reason: remote.ReasonKindNotServed, prepare: answers(404, nil)},
	"it answers 404 to everything from the start":    {reason: remote.ReasonKindNotServed, early: true, prepare: answers(404, nil)},
	"it answers 404 to the reads before an opening":  {reason: remote.ReasonKindNotServed, prepare: answersReads(404)},
	"it has no Gates":                                {reason: remote.ReasonKindNotServed, prepare: answers(404, of("gates"))},
	"it has no CassandraClusters":                    {reason: remote.ReasonKindNotServed, prepare: answers(404, of("cassandraclusters"))},
	"it sends elsewhere":                             {reason: remote.ReasonRefused, prepare: answers(302, nil)},
	"it is a web server, and says yes":               {reason: remote.ReasonAnswerUnreadable, prepare: answers(200, nil)},
	"it says something without end":                  {reason: remote.ReasonAnswerTooLarge, prepare: serves(withoutEnd)},
}

func taken(t *testing.T, p *pair) steps {
	return steps{good: func() { p.connect(t, p.reader(t)) }, cause: func() { p.take(t) }}
}

func forbidden(t *testing.T, p *pair) steps {
	return steps{good: func() { p.connect(t, p.reader(t)) }, cause: func() {}, cure: func() { p.begin(t, "") }}
}

// given is a Secret with one key.
func given(key, value string) func(*testing.T, *pair) steps {
	return func(t *testing.T, p *pair) steps {
		data := map[string][]byte{}
		if key != "" {
			data[key] = []byte(value)
		}
		return steps{good: func() { p.connect(t, p.reader(t)) }, cause: func() { p.give(t, data) }}
	}
}

// as is a Secret that leads elsewhere, or as somebody else.
func as(change func(*testing.T, *pair, *rest.Config)) func(*testing.T, *pair) steps {
	return func(t *testing.T, p *pair) steps {
		return steps{good: func() { p.connect(t, p.reader(t)) }, cause: func() {
			config := p.reader(t)
			change(t, p, config)
			p.connect(t, config)
		}}
	}
}

func otherCA(_ *testing.T, _ *pair, config *rest.Config) { config.CAData = clusters[2].Config.CAData }

func foreign(t *testing.T, p *pair, config *rest.Config) {
	config.Host = bed.NewForeignTLSProxy(t, p.there).Config(config).Host
}

func wrongToken(_ *testing.T, _ *pair, config *rest.Config) { config.BearerToken = "no-token-at-all" }

func tokenOfAnother(t *testing.T, p *pair, config *rest.Config) {
	clusters[2].ServiceAccount(t, p.tree.Key().Namespace, bed.Reader)
	config.BearerToken = clusters[2].SignedToken(t, p.tree.Key().Namespace, bed.Reader, time.Hour)
}

func expiring(lifetime time.Duration) func(*testing.T, *pair, *rest.Config) {
	return func(t *testing.T, p *pair, config *rest.Config) {
		config.BearerToken = p.there.SignedToken(t, p.tree.Key().Namespace, bed.Reader, lifetime)
	}
}

func unknownName(_ *testing.T, _ *pair, config *rest.Config) {
	config.Host = "https://no-such-name.invalid:6443"
}

func withoutTLS(t *testing.T, _ *pair, config *rest.Config) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	config.Host = "https://" + server.Listener.Addr().String()
}

// withoutRights is a ServiceAccount that is given the reader's Role later.
func withoutRights(t *testing.T, p *pair) steps {
	name := "nobody-" + p.tree.Key().Name
	return steps{
		good:  func() { p.connect(t, p.reader(t)) },
		cause: func() { p.connect(t, p.account(t, name)) },
		cure:  func() { p.bind(t, name) },
	}
}

// rightsTaken shows when the gate wants to open: nothing tells of it on a watch that is open.
func rightsTaken(t *testing.T, p *pair) steps {
	name := "somebody-" + p.tree.Key().Name
	return steps{
		good: func() {
			config := p.account(t, name)
			p.bind(t, name)
			p.connect(t, config)
		},
		cause: func() {
			p.unbind(t, name)
			p.agree(t)
		},
		cure: func() { p.bind(t, name) },
	}
}

// account makes a ServiceAccount without rights, and is a token of it.
func (p *pair) account(t *testing.T, name string) *rest.Config {
	t.Helper()
	p.there.ServiceAccount(t, p.tree.Key().Namespace, name)
	return p.there.WithToken(p.there.Token(t, p.tree.Key().Namespace, name, time.Hour))
}

func (p *pair) binding(name string) *rbacv1.RoleBinding {
	key := p.tree.Key()
	return &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: key.Name + "-gate-reader"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: key.Namespace, Name: name}},
	}
}

func (p *pair) bind(t *testing.T, name string) {
	t.Helper()
	if err := p.there.Client.Create(t.Context(), p.binding(name)); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) unbind(t *testing.T, name string) {
	t.Helper()
	if err := p.there.Client.Delete(t.Context(), p.binding(name)); err != nil {
		t.Fatal(err)
	}
}

// wrongName is a kubeconfig that wants another name of the server than its certificate has.
func wrongName(t *testing.T, p *pair) steps {
	return steps{good: func() { p.connect(t, p.reader(t)) }, cause: func() {
		config, err := clientcmd.Load(bed.Kubeconfig(t, p.reader(t), p.remote, ""))
		if err != nil {
			t.Fatal(err)
		}
		config.Clusters[p.remote].TLSServerName = "somebody-else.example.com"
		content, err := clientcmd.Write(*config)
		if err != nil {
			t.Fatal(err)
		}
		p.give(t, map[string][]byte{"config": content})
	}}
}

// network is a proxy between the gate and the other cluster.
func network(mode bed.Mode) func(*testing.T, *pair) steps {
	return func(t *testing.T, p *pair) steps {
		proxy := bed.NewProxy(t, p.there)
		return steps{
			good:  func() { p.connect(t, proxy.Config(p.reader(t))) },
			cause: func() { proxy.Set(t, mode) },
			cure:  func() { proxy.Set(t, bed.Pass) },
		}
	}
}

// answers is a proxy that answers in place of the other cluster, on new connections.
func answers(code int, matches func(*http.Request) bool) func(*testing.T, *pair) steps {
	return func(t *testing.T, p *pair) steps {
		proxy := bed.NewTLSProxy(t, p.there)
		return steps{
			good: func() { p.connect(t, proxy.Config(p.reader(t))) },
			cause: func() {
				proxy.Answer(code, map[string]string{"Retry-After": "30", "Location": "https://" + p.remote + ".invalid"}, matches)
				proxy.Disconnect()
			},
			cure: proxy.PassOn,
		}
	}
}

// serves is a proxy that serves something else in place of the other cluster, on new connections.
func serves(handler http.HandlerFunc) func(*testing.T, *pair) steps {
	return func(t *testing.T, p *pair) steps {
		proxy := bed.NewTLSProxy(t, p.there)
		return steps{
			good: func() { p.connect(t, proxy.Config(p.reader(t))) },
			cause: func() {
				proxy.Serve(handler, nil)
				proxy.Disconnect()
			},
			cure: proxy.PassOn,
		}
	}
}

// answersReads leaves watches alone, so it shows when the gate wants to open.
func answersReads(code int) func(*testing.T, *pair) steps {
	return func(t *testing.T, p *pair) steps {
		one := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/"+p.tree.Key().Name) }
		s := answers(code, one)(t, p)
		cause := s.cause
		s.cause = func() {
			cause()
			p.agree(t)
		}
		return s
	}
}

func watches(r *http.Request) bool { return r.URL.Query().Get("watch") == "true" }

func of(resource string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/"+resource) }
}
