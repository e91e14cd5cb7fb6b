package main

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// The goal of the size that is pulled.
const largest = 60_000_000

func TestTheImageIsWhatTheContainerfileSays(t *testing.T) {
	t.Parallel()
	certificates := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(certificates, []byte("certificates\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := building{
		root: "../..", certificates: certificates, ldflags: "-X main.version=v9", version: "v9", commit: "0123abc", at: time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC),
	}
	made := func() (v1.ImageIndex, v1.Image) {
		t.Helper()
		to := filepath.Join(t.TempDir(), "image")
		var told strings.Builder
		if err := b.write(to, []string{"linux/" + runtime.GOARCH}, &told); err != nil {
			t.Fatal(err)
		}
		t.Log(strings.TrimSpace(told.String()))
		path, err := layout.FromPath(to)
		if err != nil {
			t.Fatal(err)
		}
		index, err := path.ImageIndex()
		if err != nil {
			t.Fatal(err)
		}
		manifest, err := index.IndexManifest()
		if err != nil || len(manifest.Manifests) != 1 || manifest.Manifests[0].Platform.Architecture != runtime.GOARCH {
			t.Fatalf("the index is %+v, %v", manifest, err)
		}
		image, err := index.Image(manifest.Manifests[0].Digest)
		if err != nil {
			t.Fatal(err)
		}
		return index, image
	}
	index, image := made()
	if err := validate.Index(index); err != nil {
		t.Errorf("it is no image as the specification has it: %v", err)
	}
	again, _ := made()
	first, err := index.Digest()
	second, failed := again.Digest()
	if first != second || errors.Join(err, failed) != nil {
		t.Errorf("built twice it is %s and %s: %v", first, second, errors.Join(err, failed))
	}
	if size, err := sizeOf(image); err != nil || size > largest {
		t.Errorf("it is %d bytes as it is pulled, more than %d: %v", size, largest, err)
	}

	c, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c.Config.User != "65532:65532" || strings.Join(append(c.Config.Entrypoint, c.Config.Cmd...), " ") != "/evenkeel serve" || strings.Join(c.Config.Env, " ") != "EVENKEEL_DATA_DIR=/data EVENKEEL_LISTEN=:8080" ||
		c.Config.Labels["org.opencontainers.image.version"] != "v9" || c.Config.Labels["org.opencontainers.image.revision"] != "0123abc" || c.Config.StopSignal != "SIGTERM" || c.Config.Healthcheck.Interval != 10*time.Second {
		t.Errorf("it is run as %+v", c.Config)
	}
	layers, err := image.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	program := filepath.Join(t.TempDir(), "evenkeel")
	var held []string
	for r := tar.NewReader(content); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, h.Name)
		if (h.Name == "data/") != (h.Uid == 65532 && h.Gid == 65532) {
			t.Errorf("%s is %d:%d's", h.Name, h.Uid, h.Gid)
		}
		if h.Name != "evenkeel" {
			continue
		}
		file, err := os.OpenFile(program, os.O_CREATE|os.O_WRONLY, os.FileMode(h.Mode))
		if err == nil {
			_, err = io.Copy(file, r)
		}
		if err = errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(held, " "); got != "etc/ etc/ssl/ etc/ssl/certs/ etc/ssl/certs/ca-certificates.crt evenkeel data/" {
		t.Errorf("it holds %s", got)
	}
	if said, err := exec.CommandContext(t.Context(), program, "version").CombinedOutput(); err != nil || !strings.Contains(string(said), "v9") {
		t.Errorf("the program in it says %q, %v", said, err)
	}
}
