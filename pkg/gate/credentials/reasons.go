package credentials

import "fmt"

// Refusal is the only error of [Parse].
type Refusal struct {
	// Reason is one of the Reason constants.
	Reason string
	// Message says what was found and what is wanted. It names keys and fields, and never quotes what they hold.
	Message string
}

// Error is the message.
func (r *Refusal) Error() string { return r.Message }

func refuse(reason, format string, args ...any) error {
	return &Refusal{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// Reasons of a Secret that cannot be read.
const (
	// ReasonSecretEmpty: the Secret has no key that is known. Make it anew with `gate export`, or put a kubeconfig into its key config.
	ReasonSecretEmpty = "SecretEmpty"
	// ReasonSecretAmbiguous: two keys of the Secret disagree. Remove the one that is out of date.
	ReasonSecretAmbiguous = "SecretAmbiguous"
	// ReasonKubeconfigUnreadable: a key that should hold a kubeconfig holds something else. Correct it as the message says.
	ReasonKubeconfigUnreadable = "KubeconfigUnreadable"
	// ReasonContextNotChosen: the kubeconfig has no current-context. Set it, even if there is one context only.
	ReasonContextNotChosen = "KubeconfigContextNotChosen"
	// ReasonContextMissing: current-context names a context that the kubeconfig does not have. Correct the name.
	ReasonContextMissing = "KubeconfigContextMissing"
	// ReasonClusterMissing: the current context names a cluster that the kubeconfig does not have. Correct the name.
	ReasonClusterMissing = "KubeconfigClusterMissing"
	// ReasonUserMissing: the current context names a user that the kubeconfig does not have. Correct the name.
	ReasonUserMissing = "KubeconfigUserMissing"
)

// Reasons of a server that is not spoken to.
const (
	// ReasonNoServer: the address of the API server is missing. Add it: the Secret of a ServiceAccount's token alone does not have it.
	ReasonNoServer = "ServerMissing"
	// ReasonServerInvalid: the address of the API server cannot be used. Write it as https://host:port.
	ReasonServerInvalid = "ServerInvalid"
	// ReasonPlainHTTP: the API server would be spoken to without TLS. Use its https address.
	ReasonPlainHTTP = "PlainHTTPRefused"
	// ReasonInsecureTLS: the server's certificate would not be checked. Put the CA of the server into the Secret instead.
	ReasonInsecureTLS = "InsecureTLSRefused"
	// ReasonProxy: the kubeconfig wants a proxy. Give an address that the gate reaches by itself.
	ReasonProxy = "ProxyRefused"
	// ReasonNoCA: the CA of the server is missing. Add it, for a public one too: the roots of the gate's image are not used.
	ReasonNoCA = "CAMissing"
	// ReasonCAInvalid: the CA is not a certificate in PEM. Copy it anew; in a kubeconfig the PEM is encoded in base64.
	ReasonCAInvalid = "CAInvalid"
)

// Reasons of an identity that is not taken on.
const (
	// ReasonNoCredentials: there is neither a token nor a client certificate. Add one, `gate export` gets a token.
	ReasonNoCredentials = "CredentialsMissing"
	// ReasonTokenInvalid: the token holds characters that no token has. Copy it anew, in plain text.
	ReasonTokenInvalid = "TokenInvalid"
	// ReasonClientCertificateInvalid: client certificate and key are not a pair in PEM. Copy both anew.
	ReasonClientCertificateInvalid = "ClientCertificateInvalid"
	// ReasonFilePath: the kubeconfig names a file, which is not in the Secret. Put what is in the file into the kubeconfig.
	ReasonFilePath = "FilePathRefused"
	// ReasonExec: the kubeconfig wants to run a program, which whoever writes the Secret would thereby run in the gate. Use a token.
	ReasonExec = "ExecRefused"
	// ReasonAuthProvider: the kubeconfig wants an auth provider. Use a token.
	ReasonAuthProvider = "AuthProviderRefused"
	// ReasonBasicAuth: there is a user name or a password, which Kubernetes does not know any more. Use a token.
	ReasonBasicAuth = "BasicAuthRefused"
	// ReasonImpersonation: the kubeconfig wants to act under another name. Use a token of that very identity.
	ReasonImpersonation = "ImpersonationRefused"
)
