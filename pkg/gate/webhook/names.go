package webhook

// Names of the objects of base/gate/webhook.
const (
	// Namespace is where the gate runs.
	Namespace = "casskop-gitops-system"

	// Service is the name of the Service, and of the Secret that keeps the certificates.
	Service = "casskop-gitops-gate-webhook"

	// Holds is the name of the ValidatingWebhookConfiguration.
	Holds = "casskop-gitops-gate"

	// Seeds is the name of the MutatingWebhookConfiguration.
	Seeds = "casskop-gitops-seedlist"

	// HoldPath is where the API server asks about revisions.
	HoldPath = "/hold"

	// SeedsPath is where the API server asks for the seeds.
	SeedsPath = "/seedlist"
)

// Names in the certificates.
const (
	authorityName = Service + "-ca"
	serverName    = Service + "." + Namespace + ".svc"
)
