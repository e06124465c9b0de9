package upstream

import "crypto/x509"

// Trust makes an HTTPS proxy prove its name by roots in the place of the system's.
func Trust(u *Upstream, roots *x509.CertPool) { u.http.roots = roots }
