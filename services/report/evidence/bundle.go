package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
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

// maxFile is how large a file of a bundle is at most, so that a forged bundle does not fill
// the memory of whoever verifies it.
const maxFile = 1 << 30

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

// Verify returns the manifest of a bundle that is as it was sealed with the key; else the
// error says what is not.
func Verify(bundle []byte, key ed25519.PublicKey) (Manifest, error) {
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		return Manifest{}, fmt.Errorf("the bundle is no zip file: %w", err)
	}
	contents := map[string][]byte{}
	for _, f := range r.File {
		if _, twice := contents[f.Name]; twice {
			return Manifest{}, fmt.Errorf("%s is in the bundle twice", f.Name)
		}
		if contents[f.Name], err = read(f); err != nil {
			return Manifest{}, err
		}
	}
	raw, there := contents[manifestName]
	if !there {
		return Manifest{}, errors.New("there is no " + manifestName + " in the bundle")
	}
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(contents[signatureName])))
	if err != nil || !ed25519.Verify(key, raw, signature) {
		return Manifest{}, errors.New(manifestName + " is not signed with this key, or was changed since")
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return Manifest{}, fmt.Errorf("read %s: %w", manifestName, err)
	}
	if m.Format != Format {
		return Manifest{}, fmt.Errorf("the format %d of the bundle is not known here, only %d is", m.Format, Format)
	}
	delete(contents, manifestName)
	delete(contents, signatureName)
	for _, f := range m.Files {
		content, there := contents[f.Name]
		if !there {
			return Manifest{}, fmt.Errorf("%s is missing", f.Name)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 {
			return Manifest{}, fmt.Errorf("%s was changed: its SHA-256 is %x, and was %s", f.Name, sum, f.SHA256)
		}
		delete(contents, f.Name)
	}
	if len(contents) > 0 {
		return Manifest{}, fmt.Errorf("%s is in the bundle, and not in its manifest", slices.Sorted(maps.Keys(contents))[0])
	}
	return m, nil
}

func read(f *zip.File) ([]byte, error) {
	from, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	defer from.Close()
	content, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", f.Name, maxFile)
	}
	return content, nil
}
