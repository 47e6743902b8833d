package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fieldOwner owns the caBundles, so that whoever applies the configurations without them leaves them alone.
const fieldOwner = "casskop-gitops-gate-certificates"

// tell has the API server trust these authorities. A configuration that is not there yet is told when it comes.
func (c *Certificates) tell(ctx context.Context, bundle []byte) error {
	err := errors.Join(c.tellHolds(ctx, bundle), c.tellSeeds(ctx, bundle))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble = err
	return err
}

func (c *Certificates) tellHolds(ctx context.Context, bundle []byte) error {
	configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	if err := c.read(ctx, Holds, configuration); err != nil {
		return err
	}
	var clients []*admissionregistrationv1.WebhookClientConfig
	for i := range configuration.Webhooks {
		clients = append(clients, &configuration.Webhooks[i].ClientConfig)
	}
	return c.update(ctx, configuration, clients, bundle)
}

func (c *Certificates) tellSeeds(ctx context.Context, bundle []byte) error {
	configuration := &admissionregistrationv1.MutatingWebhookConfiguration{}
	if err := c.read(ctx, Seeds, configuration); err != nil {
		return err
	}
	var clients []*admissionregistrationv1.WebhookClientConfig
	for i := range configuration.Webhooks {
		clients = append(clients, &configuration.Webhooks[i].ClientConfig)
	}
	return c.update(ctx, configuration, clients, bundle)
}

func (c *Certificates) read(ctx context.Context, name string, configuration client.Object) error {
	if err := c.Client.Get(ctx, client.ObjectKey{Name: name}, configuration); err != nil {
		return fmt.Errorf("%T %s: %w; apply the component base/gate/webhook", configuration, name, err)
	}
	return nil
}

// update writes nothing if nothing is to be changed.
func (c *Certificates) update(ctx context.Context, configuration client.Object, clients []*admissionregistrationv1.WebhookClientConfig, bundle []byte) error {
	changed := false
	for _, client := range clients {
		if !bytes.Equal(bundle, client.CABundle) {
			client.CABundle, changed = bundle, true
		}
	}
	if !changed {
		return nil
	}
	if err := c.Client.Update(ctx, configuration, client.FieldOwner(fieldOwner)); err != nil {
		return fmt.Errorf("%T %s: %w", configuration, configuration.GetName(), err)
	}
	c.Log.Info("the API server was told whom to trust", "configuration", configuration.GetName())
	return nil
}
