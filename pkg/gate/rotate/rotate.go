package rotate

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/credentials"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/export"
)

// FieldManager owns what is written.
const FieldManager = "casskop-gitops-rotate"

// Order is what is to be renewed, and how.
type Order struct {
	// Secret is the one that holds the token.
	Secret types.NamespacedName
	// Account is whose token it is, in the other cluster.
	Account export.Account
	// Lifetime is for how long a token is asked.
	Lifetime time.Duration
	// Within leaves a token alone that lasts longer than this. Zero: it is renewed in any case.
	Within time.Duration
	// Server is where the Secret leads, if that cannot be seen: see sameCluster.
	Server string
}

// Result is what was done.
type Result struct {
	// Renewed is false if it was not due.
	Renewed bool
	// Credentials are those in the Secret now.
	Credentials *credentials.Credentials
}

// Run renews the token. here is the cluster of the Secret, there the one whose token it is. warn is told what does not keep it from working.
func (o Order) Run(ctx context.Context, here, there *export.Server, now time.Time, warn func(string)) (*Result, error) {
	secret, err := o.read(ctx, here)
	if err != nil {
		return nil, err
	}
	old, err := o.parse(secret)
	if err != nil {
		return nil, err
	}
	if o.Within > 0 && (old.Expires.IsZero() || old.Expires.Sub(now) > o.Within) {
		return &Result{Credentials: old}, nil
	}
	if err := o.sameCluster(old, there.Config); err != nil {
		return nil, err
	}
	token, err := there.Token(ctx, o.Account, o.Lifetime, warn)
	if err != nil {
		return nil, err
	}
	changed, renewed, err := replace(secret.Data, old, token)
	if err != nil {
		return nil, fmt.Errorf("the Secret %s: %w", o.Secret, err)
	}
	if err := o.verify(ctx, there, renewed); err != nil {
		return nil, err
	}
	return &Result{Renewed: true, Credentials: renewed}, o.write(ctx, here, secret, changed, renewed)
}

func (o Order) read(ctx context.Context, here *export.Server) (*corev1.Secret, error) {
	secret, err := here.Client.CoreV1().Secrets(o.Secret.Namespace).Get(ctx, o.Secret.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("there is no Secret %s at %s: make it with gate export", o.Secret, here.Config.Host)
	case err != nil:
		return nil, fmt.Errorf("read Secret %s at %s: %w", o.Secret, here.Config.Host, err)
	}
	return secret, nil
}

// parse reads the Secret as a gate does, and refuses what is not for us to renew.
func (o Order) parse(secret *corev1.Secret) (*credentials.Credentials, error) {
	c, err := credentials.Parse(secret.Data)
	if err != nil {
		return nil, fmt.Errorf("the Secret %s: %w: make it anew with gate export", o.Secret, err)
	}
	want := "system:serviceaccount:" + o.Account.Namespace + ":" + o.Account.Name
	switch owner := appliedBy(secret); {
	case len(c.ClientCert) > 0:
		return nil, fmt.Errorf("the Secret %s holds a client certificate: want a token alone; make it anew with gate export", o.Secret)
	case c.Subject() != "" && c.Subject() != want:
		return nil, fmt.Errorf("the Secret %s holds a token of %s, want one of %s: to renew that one, name it with --service-account and --from-namespace", o.Secret, c.Subject(), want)
	case owner != "":
		return nil, fmt.Errorf("the Secret %s is applied by %s, which would put the old token back: renew it where that takes it from, with gate export", o.Secret, owner)
	}
	return c, nil
}

// appliedBy is who applies the data of the Secret again and again, as Flux does; empty if nobody is known to. kubectl does it once.
func appliedBy(secret *corev1.Secret) string {
	for _, f := range secret.ManagedFields {
		known := f.Manager == FieldManager || f.Manager == export.FieldManager || strings.HasPrefix(f.Manager, "kubectl")
		if f.Operation == metav1.ManagedFieldsOperationApply && !known && f.FieldsV1 != nil && strings.Contains(f.FieldsV1.String(), `"f:data"`) {
			return f.Manager
		}
	}
	return ""
}

// verify tries the new token: as a gate will where the Secret leads to the address that is reached from here, else by that one.
func (o Order) verify(ctx context.Context, there *export.Server, c *credentials.Credentials) error {
	bearer, err := there.As(c.Token)
	if bare(c.Server) == bare(there.Config.Host) {
		bearer, err = export.Dial(c.Config())
	}
	if err != nil {
		return err
	}
	found, err := bearer.Verify(ctx, o.Account)
	switch {
	case err != nil:
		return err
	case len(found.Missing) > 0:
		return export.Lacks(o.Account, found.Missing)
	case len(found.Unknown) > 0:
		return fmt.Errorf("%s does not know %s: is it the right cluster?", c.Server, strings.Join(found.Unknown, " and "))
	}
	return nil
}

// write applies the keys that hold the token. The Secret must be the one that was read: nobody else's change is lost, and none is made.
func (o Order) write(ctx context.Context, here *export.Server, secret *corev1.Secret, changed map[string][]byte, c *credentials.Credentials) error {
	config := applycorev1.Secret(secret.Name, secret.Namespace).WithUID(secret.UID).WithResourceVersion(secret.ResourceVersion).
		WithAnnotations(map[string]string{v1alpha1.AnnotationTokenExpires: export.Ends(c.Expires)}).WithData(changed)
	options := metav1.ApplyOptions{FieldManager: FieldManager, Force: true} // the token was kubectl's so far
	_, err := here.Client.CoreV1().Secrets(secret.Namespace).Apply(ctx, config, options)
	switch {
	case apierrors.IsConflict(err):
		return fmt.Errorf("the Secret %s was changed by somebody else meanwhile, nothing was written: run it again", o.Secret)
	case err != nil:
		return fmt.Errorf("write Secret %s at %s: %w: the old token stays there", o.Secret, here.Config.Host, err)
	}
	return nil
}
