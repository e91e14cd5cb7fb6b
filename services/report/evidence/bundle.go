package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Format is the version of the bundle.
const Format = 1

// The files of a bundle beside what is evidence.
const (
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
)

// The bounds of what is read before the signature is known to be right.
const (
	maxManifest  = 1 << 20
	maxSignature = 1 << 10
)

// Manifest says what is in a bundle, and what is not.
type Manifest struct {
	Format    int       `json:"format"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	DrawnUpAt time.Time `json:"drawnUpAt"`
	DrawnUpBy string    `json:"drawnUpBy"`
	PublicKey string    `json:"publicKey"` // in base64, of Ed25519
	Files     []File    `json:"files"`
	// Notes say what is not in it, and what the files are not.
	Notes []string `json:"notes"`
}

// File is a file of a bundle.
type File struct {
	Name   string `json:"name"`
	What   string `json:"what"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`

	content []byte
}

// newFile is a file with the value as JSON.
func newFile(name, what string, value any) (File, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return File{}, fmt.Errorf("write %s: %w", name, err)
	}
	sum := sha256.Sum256(b.Bytes())
	return File{Name: name, What: what, Bytes: b.Len(), SHA256: hex.EncodeToString(sum[:]), content: b.Bytes()}, nil
}

// seal is the bundle of the files: the same, byte for byte, of the same files.
func seal(m Manifest, key ed25519.PrivateKey) ([]byte, error) {
	m.Format, m.PublicKey = Format, PublicKey(key)
	manifest, err := newFile(manifestName, "", m)
	if err != nil {
		return nil, err
	}
	signature := File{Name: signatureName, content: []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(key, manifest.content)) + "\n")}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range append([]File{manifest, signature}, m.Files...) {
		into, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: m.DrawnUpAt.UTC().Truncate(2 * time.Second)})
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", f.Name, err)
		}
		if _, err := into.Write(f.content); err != nil {
			return nil, fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write a bundle: %w", err)
	}
	return b.Bytes(), nil
}

// PublicKey is the public half of a key as it is written.
func PublicKey(key ed25519.PrivateKey) string {
	return base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
}

// ReadPublicKey reads what PublicKey wrote; the error says what would be right.
func ReadPublicKey(text string) (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("must be a public key of Ed25519, %d bytes in base64, as GET /v1/evidence/key shows it", ed25519.PublicKeySize)
	}
	return key, nil
}
