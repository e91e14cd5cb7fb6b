package github

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// ParseKey reads an App's private key in PEM, as GitHub gives it for download. The
// error says of what is none what it is, and shows nothing of it.
func ParseKey(text string) (*rsa.PrivateKey, error) {
	const want = "must be the App's private key, the .pem file that its settings give for download, which begins with -----BEGIN RSA PRIVATE KEY-----"
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		switch {
		case strings.Contains(text, `\n`) && strings.Contains(text, "-----BEGIN"):
			return nil, errors.New(want + `; its line breaks are written as \n here, which is no PEM: name the file instead`)
		case strings.Contains(text, "-----BEGIN"):
			return nil, errors.New(want + "; this one is cut short, or its line breaks were lost: name the file instead")
		default:
			return nil, errors.New(want + "; this is no PEM: a client secret or a fingerprint is not the key")
		}
	}
	if _, encrypted := block.Headers["DEK-Info"]; encrypted || block.Type == "ENCRYPTED PRIVATE KEY" {
		return nil, errors.New(want + "; this one is encrypted with a passphrase, which is asked for by nobody here")
	}
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New(want + "; this one is damaged")
		}
		return key, nil
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New(want + "; this one is damaged")
		}
		if key, ok := key.(*rsa.PrivateKey); ok {
			return key, nil
		}
		return nil, fmt.Errorf("%s; this is a key of another kind, %T", want, key)
	default:
		return nil, fmt.Errorf("%s; this is a %.40q", want, block.Type)
	}
}
