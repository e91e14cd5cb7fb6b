// Command reduce writes the data of package standin: the parts that are used of
// GitHub's own descriptions, as Octokit publishes them, and real webhook
// payloads. It is run by hand, since its input is large and comes from the npm
// registry:
//
//	npm pack @octokit/openapi@23.0.2 @octokit/openapi-webhooks@12.1.0 @octokit/webhooks-examples@7.6.1
//	go run ./services/issues/github/standin/reduce -in . -out services/issues/github/standin/data
//
// The input is pinned by version and by the registry's checksum, and the same
// input gives the same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// archive is one package of the npm registry.
type archive struct {
	file, integrity string // the checksum is the registry's "dist.integrity"
	wanted          string // the file in it
}

var (
	description = archive{
		file:      "octokit-openapi-23.0.2.tgz",
		integrity: "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
		wanted:    "package/generated/api.github.com.json",
	}
	webhooks = archive{
		file:      "octokit-openapi-webhooks-12.1.0.tgz",
		integrity: "sha512-Z5eDsLCUNbx1zHpZb1LNQirADqdMTvWJQ/deahi0ws+tWWnwHXB+Pr4jfmM9OrETS9Y5iW8ZRu1fdbudObhLrg==",
		wanted:    "package/generated/api.github.com.json",
	}
	examples = archive{
		file:      "octokit-webhooks-examples-7.6.1.tgz",
		integrity: "sha512-De6U3XB6O3DtCa7bKgCMzTHdeopqqZ6SNivMYJnK65ierKL1AnNIA0tkRYCRS7lwGT792d+Ps1WbfHlso6MynQ==",
		wanted:    "package/api.github.com/index.json",
	}
)

func main() {
	in := flag.String("in", ".", "the directory with the archives that npm pack wrote")
	out := flag.String("out", "services/issues/github/standin/data", "the directory to write to")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	var api, hooks object
	var payloads []recorded
	var license []byte
	for _, input := range []struct {
		archive
		into any
	}{{description, &api}, {webhooks, &hooks}, {examples, &payloads}} {
		files, err := input.read(in)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(files[input.wanted], input.into); err != nil {
			return fmt.Errorf("read %s of %s: %w", input.wanted, input.file, err)
		}
		if input.archive == description {
			license = files["package/LICENSE"]
		}
	}
	if len(license) == 0 {
		return errors.New(description.file + " has no LICENSE")
	}
	reducedAPI, err := reduceAPI(api)
	if err != nil {
		return err
	}
	reducedHooks, err := reduceWebhooks(hooks)
	if err != nil {
		return err
	}
	chosen, err := choosePayloads(payloads)
	if err != nil {
		return err
	}
	for name, content := range map[string]any{"api.json": reducedAPI, "webhooks.json": reducedHooks, "payloads.json": chosen} {
		if err := write(filepath.Join(out, name+".gz"), content); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(out, "LICENSE"), license, 0o644)
}

// read checks the archive and returns the wanted file and the license.
func (a archive) read(in string) (map[string][]byte, error) {
	packed, err := os.ReadFile(filepath.Join(in, a.file))
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(packed)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != a.integrity {
		return nil, fmt.Errorf("%s has the checksum %s, want %s", a.file, got, a.integrity)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", a.file, err)
	}
	found := map[string][]byte{}
	for entries := tar.NewReader(unzipped); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w", a.file, err)
		}
		if header.Name != a.wanted && header.Name != "package/LICENSE" {
			continue
		}
		if found[header.Name], err = io.ReadAll(entries); err != nil {
			return nil, fmt.Errorf("unpack %s of %s: %w", header.Name, a.file, err)
		}
	}
	if found[a.wanted] == nil {
		return nil, fmt.Errorf("%s has no %s", a.file, a.wanted)
	}
	return found, nil
}

// write writes compressed JSON with sorted keys and without a time stamp.
func write(path string, content any) error {
	var text, packed bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(content); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	zipped, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zipped.Write(text.Bytes()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := zipped.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.WriteFile(path, packed.Bytes(), 0o644)
}
