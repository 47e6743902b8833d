// Package webhook is the edge of package admission: it answers an API server that does not know base/gate's admission policies, and keeps
// the certificate that it answers with. What it cannot read or judge it refuses; which writes it is asked about at all, base/gate/webhook says.
//
// Every replica serves, leader or not. It promises that a certificate is renewed long before its end, and without a write that is
// refused for it.
package webhook
