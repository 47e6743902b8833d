package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// Reasons for which a cluster cannot be seen, beside those for which its Secret is refused (package credentials).
const (
	// ReasonConnecting: the cluster has not answered yet since it was first asked. Wait some seconds.
	ReasonConnecting = "Connecting"
	// ReasonSecretMissing: there is no such Secret. Make it, with the credentials of a ServiceAccount of that cluster.
	ReasonSecretMissing = "SecretMissing"
	// ReasonSecretForbidden: the gate may not read the Secret. Look whether the Role <ring>-gate-secrets names it and was applied.
	ReasonSecretForbidden = "SecretForbidden"
	// ReasonSecretUnreadable: the Secret could not be read. Look at the API server here.
	ReasonSecretUnreadable = "SecretUnreadable"
	// ReasonTokenExpired: the token or client certificate in the Secret has expired, by the clock here. Renew the Secret.
	ReasonTokenExpired = "CredentialsExpired"
	// ReasonUnauthorized: the API server there does not accept the credentials. Renew the Secret; see whether its ServiceAccount
	// still exists there.
	ReasonUnauthorized = "Unauthorized"
	// ReasonForbidden: the credentials may not read there. Look whether the Role <ring>-gate-reader and its binding were applied there.
	ReasonForbidden = "Forbidden"
	// ReasonKindNotServed: the API server there does not know the resource. Install CassKop's and the gate's CRDs there.
	ReasonKindNotServed = "KindNotServed"
	// ReasonTooManyRequests: the API server there, or a proxy before it, turns requests away. Look at its load and its limits.
	ReasonTooManyRequests = "TooManyRequests"
	// ReasonServerError: the API server there, or a proxy before it, fails. Look at its log.
	ReasonServerError = "ServerError"
	// ReasonRefused: the API server there refuses a request for another reason. See what it says in the message.
	ReasonRefused = "RequestRefused"
	// ReasonUntrusted: the certificate of the server is not signed by the CA in the Secret. Put the right CA there, or find out who
	// answers at that address.
	ReasonUntrusted = "CertificateUntrusted"
	// ReasonWrongName: the certificate of the server is for another name. Use an address that it names, or set tls-server-name.
	ReasonWrongName = "CertificateWrongName"
	// ReasonCertificateExpired: the certificate of the server is not valid now. Renew it there, or look at the clocks.
	ReasonCertificateExpired = "CertificateExpired"
	// ReasonTLS: TLS with the server fails in another way. See the message, and whether an API server answers at that address.
	ReasonTLS = "TLSFailed"
	// ReasonNameUnknown: the name of the server does not resolve here. Look at the address in the Secret and at DNS.
	ReasonNameUnknown = "NameUnknown"
	// ReasonConnectionRefused: nothing listens at that address. See whether the API server runs.
	ReasonConnectionRefused = "ConnectionRefused"
	// ReasonUnreachable: no connection to that address. Look at routes, firewalls and network policies.
	ReasonUnreachable = "Unreachable"
	// ReasonNotAnswering: there is a connection, and no answer. Look at the API server there and at what lies between.
	ReasonNotAnswering = "NotAnswering"
	// ReasonConnectionFailed: the connection broke, or was closed before an answer. Look at what lies between.
	ReasonConnectionFailed = "ConnectionFailed"
	// ReasonNotSent: a request could not be sent, say because a program that the kubeconfig names failed. See the message.
	ReasonNotSent = "NotSent"
	// ReasonAnswerUnreadable: the answer is not that of an API server, or broke off. See what answers at that address, and what lies between.
	ReasonAnswerUnreadable = "AnswerUnreadable"
	// ReasonAnswerTooLarge: the API server there sends more than the gate takes: 1 MiB or 65536 JSON values in an answer, 5000 objects in the
	// namespace.
	// Look at who writes there.
	ReasonAnswerTooLarge = "AnswerTooLarge"
)

// Failure is why a cluster could not be seen. Its message does not change from one try to the next while the cause stays.
type Failure struct {
	// Reason is a CamelCase word.
	Reason string
	// Message is the same in words.
	Message string
}

// Error is the message. A [frank] transport returns failures as errors.
func (f *Failure) Error() string { return f.Message }

// failureOf sorts an error of a client whose transport is [frank]. server is for the message.
func failureOf(server string, err error) Failure {
	if failure, ok := errors.AsType[*Failure](err); ok {
		return *failure
	}
	if failure, ok := answered(server, err); ok {
		return failure
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return silent(server)
	}
	return Failure{ReasonAnswerUnreadable, fmt.Sprintf("the answer of %s is not that of an API server, or broke off", server)}
}

// unanswered sorts an error of a transport: there is no answer.
func unanswered(server string, err error) Failure {
	for _, sort := range []func(string, error) (Failure, bool){untrusted, unconnected} {
		if failure, known := sort(server, err); known {
			return failure
		}
	}
	return Failure{ReasonConnectionFailed, fmt.Sprintf("the connection to %s broke before an answer", server)}
}

func silent(server string) Failure {
	return Failure{ReasonNotAnswering, fmt.Sprintf("%s does not answer within %s", server, requestTimeout)}
}

// answered sorts what the API server said itself.
func answered(server string, err error) (Failure, bool) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return Failure{}, false
	}
	code := status.Status().Code
	says := fmt.Sprintf("%s answers %d: %s", server, code, gate.Brief(status.Status().Message))
	switch {
	case code == 401:
		return Failure{ReasonUnauthorized, fmt.Sprintf("%s does not accept the credentials", server)}, true
	case code == 403:
		return Failure{ReasonForbidden, says}, true
	case code == 404:
		return Failure{ReasonKindNotServed, fmt.Sprintf("%s does not know the resource", server)}, true
	case code == 429:
		return Failure{ReasonTooManyRequests, fmt.Sprintf("%s answers %d, too many requests", server, code)}, true
	case code >= 500:
		return Failure{ReasonServerError, fmt.Sprintf("%s answers %d", server, code)}, true
	}
	return Failure{ReasonRefused, says}, true
}

// untrusted sorts failures of TLS.
func untrusted(server string, err error) (Failure, bool) {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return Failure{ReasonUntrusted, fmt.Sprintf("the certificate of %s is not signed by the CA in the Secret", server)}, true
	}
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return Failure{ReasonWrongName, fmt.Sprintf("the certificate of %s is not for %s", server, wrong.Host)}, true
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return Failure{ReasonCertificateExpired, fmt.Sprintf("the certificate of %s has expired or is not valid yet", server)}, true
		}
		return Failure{ReasonUntrusted, fmt.Sprintf("the certificate of %s is not acceptable: %s", server, gate.Brief(invalid.Error()))}, true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" { // crypto/tls calls an alert so, whose type it keeps to itself
		return Failure{ReasonTLS, fmt.Sprintf("%s ends TLS: %s", server, gate.Brief(op.Err.Error()))}, true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return Failure{ReasonTLS, fmt.Sprintf("%s does not speak TLS", server)}, true
	}
	return Failure{}, false
}

// unconnected sorts failures to connect, and silence.
func unconnected(server string, err error) (Failure, bool) {
	op, _ := errors.AsType[*net.OpError](err)
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return Failure{ReasonNameUnknown, fmt.Sprintf("the name in %s does not resolve here", server)}, true
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return Failure{ReasonConnectionRefused, fmt.Sprintf("nothing listens at %s", server)}, true
	}
	if op != nil && op.Op == "dial" && !errors.Is(err, syscall.ECONNRESET) {
		return Failure{ReasonUnreachable, fmt.Sprintf("no connection to %s", server)}, true
	}
	timeout, _ := errors.AsType[net.Error](err)
	if errors.Is(err, context.DeadlineExceeded) || timeout != nil && timeout.Timeout() || utilnet.IsHTTP2ConnectionLost(err) {
		return silent(server), true
	}
	return Failure{}, false
}
