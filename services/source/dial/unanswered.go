package dial

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"unicode"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
)

// unanswered says in words why there was no answer, and what can be done.
func unanswered(s source.Source, err error) source.Finding {
	problem := func(which source.Problem, format string, args ...any) source.Finding {
		return source.Finding{Problem: which, Message: fmt.Sprintf(format, args...)}
	}
	kind := outbound.Kind("")
	if e := outbound.As(err); e != nil {
		kind = e.Kind
	}
	var refused *outbound.RefusedError
	var name *net.DNSError
	var plain tls.RecordHeaderError
	var op *net.OpError
	switch {
	case kind == outbound.Credentials:
		return problem(source.SecretMissing, "%s", sentence(secretText(err)))
	case errors.As(err, &refused):
		return problem(source.AddressRefused, "%s The keys dataSources.… of Evenkeel's configuration say which addresses it dials.", sentence(refused.Error()))
	case errors.As(err, &name) && !name.IsTimeout:
		return problem(source.NameUnknown, "The name %q leads to no address: %s.", clean(name.Name, maxSaid), clean(name.Err, maxSaid))
	case kind == outbound.Untrusted:
		return problem(source.TLSFailed, "Its certificate is not trusted: %s.", untrusted(err))
	case errors.As(err, &plain):
		return problem(source.TLSFailed, "What listens there does not speak TLS: the address may have to begin with http://.")
	case errors.As(err, &op) && op.Op == "remote error": // as crypto/tls calls an alert
		return problem(source.TLSFailed, "It broke TLS off: %s. It may want a certificate of ours, or another.", clean(op.Err.Error(), maxSaid))
	case kind == outbound.Timeout || kind == outbound.Cancelled:
		return problem(source.TimedOut, "It did not answer within %s.", s.Timeout)
	case kind == outbound.TooLarge:
		return problem(source.UnexpectedReply, "It answered with more than %d bytes, which is no answer to the query vector(1).", maxProbed)
	case errors.Is(err, syscall.ECONNREFUSED):
		return problem(source.Unreachable, "Nothing listens there: the connection was refused.")
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return problem(source.Unreachable, "No route leads there.")
	}
	return problem(source.Failing, "The connection broke off before the answer was whole.")
}

// untrusted says what a certificate lacks.
func untrusted(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "none of the authorities that are trusted signed it; name the secret with its authority's certificate as tls.ca"
	case errors.As(err, &host):
		return fmt.Sprintf("it is not for %q; where it is right all the same, say its name as tls.serverName", clean(host.Host, maxSaid))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "it has expired, or is not valid yet"
	}
	return "it is not valid"
}

// secretText is what the fault of a secret says; other causes are not repeated,
// since what they hold is not known.
func secretText(err error) string {
	if e := fault.As(err); e != nil {
		return e.Message
	}
	return "the secrets of the data source cannot be had"
}

// sentence makes a message one.
func sentence(message string) string {
	runes := []rune(message)
	if len(runes) == 0 {
		return ""
	}
	runes[0] = unicode.ToUpper(runes[0])
	return strings.TrimSuffix(string(runes), ".") + "."
}
