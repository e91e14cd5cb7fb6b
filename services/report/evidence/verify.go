package evidence

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// Verify returns the manifest of a bundle of that size which is as it was sealed with the key;
// else the error says what is not. Only the manifest and its signature are read before the
// signature is known to be right, and of no file more than the manifest says it has. Nothing
// but the files may be in the bundle: no byte before, between or after them.
func Verify(bundle io.ReaderAt, size int64, key ed25519.PublicKey) (Manifest, error) {
	r, err := zip.NewReader(bundle, size)
	if err != nil {
		return Manifest{}, fmt.Errorf("the bundle is no zip file: %w", err)
	}
	files := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		if files[f.Name] != nil {
			return Manifest{}, fmt.Errorf("%s is in the bundle twice", f.Name)
		}
		files[f.Name] = f
	}
	m, err := readManifest(files, key)
	if err != nil {
		return Manifest{}, err
	}
	if err := packedTightly(bundle, size, r); err != nil {
		return Manifest{}, err
	}
	told := map[string]bool{manifestName: true, signatureName: true}
	for _, want := range m.Files {
		f := files[want.Name]
		switch {
		case told[want.Name]:
			return Manifest{}, fmt.Errorf("%s is in the manifest twice", want.Name)
		case f == nil:
			return Manifest{}, fmt.Errorf("%s is missing", want.Name)
		}
		told[want.Name] = true
		sum := sha256.New()
		n, err := inflate(f, int64(want.Bytes), sum)
		if err != nil {
			return Manifest{}, err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != want.SHA256 || n != int64(want.Bytes) {
			return Manifest{}, fmt.Errorf("%s was changed: it has %d bytes with the SHA-256 %s, and had %d with %s", want.Name, n, got, want.Bytes, want.SHA256)
		}
	}
	for _, f := range r.File {
		if !told[f.Name] {
			return Manifest{}, fmt.Errorf("%s is in the bundle, and not in its manifest", f.Name)
		}
	}
	return m, nil
}

// readManifest reads the manifest, if it is signed with the key.
func readManifest(files map[string]*zip.File, key ed25519.PublicKey) (Manifest, error) {
	var raw, signed bytes.Buffer
	for _, one := range []struct {
		name string
		most int64
		into io.Writer
	}{{manifestName, maxManifest, &raw}, {signatureName, maxSignature, &signed}} {
		f := files[one.name]
		if f == nil {
			return Manifest{}, errors.New("there is no " + one.name + " in the bundle")
		}
		if _, err := inflate(f, one.most, one.into); err != nil {
			return Manifest{}, err
		}
	}
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(signed.String()))
	if err != nil || !ed25519.Verify(key, raw.Bytes(), signature) {
		return Manifest{}, errors.New(manifestName + " is not signed with this key, or was changed since")
	}
	var m Manifest
	if err := json.Unmarshal(raw.Bytes(), &m); err != nil {
		return Manifest{}, fmt.Errorf("read %s: %w", manifestName, err)
	}
	if m.Format != Format {
		return Manifest{}, fmt.Errorf("the format %d of the bundle is not known here, only %d is", m.Format, Format)
	}
	return m, nil
}

// inflate writes the content of a file, of which there may be no more than so many bytes.
func inflate(f *zip.File, most int64, into io.Writer) (int64, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", f.Name, err)
	}
	packed := bufio.NewReader(raw) // of which flate takes no byte too many
	from := io.Reader(packed)
	switch f.Method {
	case zip.Store:
	case zip.Deflate:
		from = flate.NewReader(packed)
	default:
		return 0, fmt.Errorf("%s is packed by the method %d, which is not known here", f.Name, f.Method)
	}
	sum := crc32.NewIEEE()
	n, err := io.Copy(io.MultiWriter(into, sum), io.LimitReader(from, most+1))
	if err != nil {
		return n, fmt.Errorf("read %s: %w", f.Name, err)
	}
	if n > most {
		return n, fmt.Errorf("%s has more than %d bytes, which is all that it may have", f.Name, most)
	}
	if _, err := packed.ReadByte(); !errors.Is(err, io.EOF) || sum.Sum32() != f.CRC32 || uint64(n) != f.UncompressedSize64 {
		return n, fmt.Errorf("%s is not packed as it was sealed: there is more, or something else, than the zip file says", f.Name)
	}
	return n, nil
}

// The lengths of what a zip file is made of (APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.9,
// 4.3.12 and 4.3.16), and of the only extra field that a bundle has, a time.
const (
	localLength, descriptorLength, centralLength, endLength = 30, 16, 46, 22

	timeExtra, timeExtraLength = 0x5455, 9
)

// packedTightly refuses bytes that are in no file: the files follow one another from the first
// byte in the order of the directory, which follows them, and ends the bundle.
func packedTightly(bundle io.ReaderAt, size int64, r *zip.Reader) error {
	stray := func(where string) error {
		return fmt.Errorf("there is something in the bundle %s that is in no file: it is not as it was sealed", where)
	}
	read := func(at, length int64) ([]byte, error) {
		b := make([]byte, length)
		if _, err := bundle.ReadAt(b, at); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read the bundle: %w", err)
		}
		return b, nil
	}
	le := binary.LittleEndian
	at, directory := int64(0), int64(0)
	for _, f := range r.File {
		if len(f.Comment) > 0 || len(f.Extra) > 0 && (len(f.Extra) != timeExtraLength || le.Uint16(f.Extra) != timeExtra) {
			return stray("beside " + f.Name)
		}
		head, err := read(at, localLength+int64(len(f.Name)+len(f.Extra)))
		if err != nil {
			return err
		}
		begins, err := f.DataOffset()
		if err != nil {
			return fmt.Errorf("read %s: %w", f.Name, err)
		}
		if begins != at+int64(len(head)) || !bytes.HasPrefix(head, []byte("PK\x03\x04")) || int(le.Uint16(head[26:])) != len(f.Name) || !bytes.Equal(head[localLength:], append([]byte(f.Name), f.Extra...)) {
			return stray("before " + f.Name)
		}
		at = begins + int64(f.CompressedSize64)
		if f.Flags&8 != 0 { // the sizes follow what is packed
			d, err := read(at, descriptorLength)
			if err != nil {
				return err
			}
			if !bytes.HasPrefix(d, []byte("PK\x07\x08")) || le.Uint32(d[4:]) != f.CRC32 || uint64(le.Uint32(d[8:])) != f.CompressedSize64 || uint64(le.Uint32(d[12:])) != f.UncompressedSize64 {
				return stray("after " + f.Name)
			}
			at += descriptorLength
		}
		directory += centralLength + int64(len(f.Name)+len(f.Extra))
	}
	if at+directory+endLength != size {
		return stray("before or after its directory")
	}
	end, err := read(size-endLength, endLength)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(end, []byte("PK\x05\x06")) || int(le.Uint16(end[10:])) != len(r.File) || int64(le.Uint32(end[12:])) != directory || int64(le.Uint32(end[16:])) != at || len(r.Comment) > 0 {
		return stray("beside its directory")
	}
	return nil
}
