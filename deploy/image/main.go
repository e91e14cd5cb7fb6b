// Command image builds the container image where there is no engine: the same as deploy/Containerfile says,
// for several platforms, as a layout of the Open Container Initiative, which skopeo, crane and podman take.
// Built twice of one commit it is the same to the byte.
package main

import (
	"archive/tar"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/evenkeel/evenkeel/deploy/containerfile"
)

// building is what an image is made of.
type building struct {
	root, certificates, ldflags, version, commit string
	at                                           time.Time
	image                                        containerfile.Image
}

func main() {
	log.SetFlags(0)
	b := building{root: "."}
	output := flag.String("output", "bin/image", "the folder to write to; what was in it is removed")
	platforms := flag.String("platforms", "linux/amd64,linux/arm64", "for what it is, separated by commas")
	at := flag.String("time", "1970-01-01T00:00:00Z", "when it was made, which is that of the commit")
	flag.StringVar(&b.certificates, "certificates", "/etc/ssl/certs/ca-certificates.crt", "the certificates that are trusted")
	flag.StringVar(&b.ldflags, "ldflags", "", "how the program is linked, beside without symbols")
	flag.StringVar(&b.version, "version", "", "of the program")
	flag.StringVar(&b.commit, "commit", "", "that it is built from")
	flag.Parse()
	var err error
	if b.at, err = time.Parse(time.RFC3339, *at); err == nil {
		err = b.write(*output, strings.Split(*platforms, ","), os.Stdout)
	}
	if err != nil {
		log.Fatalf("image: %v", err)
	}
}

// write builds the image for each platform, and says how large each is.
func (b building) write(output string, platforms []string, told io.Writer) error {
	text, err := os.ReadFile(filepath.Join(b.root, "deploy", "Containerfile"))
	if err != nil {
		return err
	}
	if b.image, err = containerfile.Parse(string(text)); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "evenkeel-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, name := range platforms {
		platform, err := v1.ParsePlatform(name)
		if err != nil {
			return err
		}
		image, err := b.build(filepath.Join(scratch, platform.Architecture), *platform)
		if err != nil {
			return fmt.Errorf("build for %s: %w", name, err)
		}
		size, err := sizeOf(image)
		if err != nil {
			return err
		}
		digest, err := image.Digest()
		if err != nil {
			return err
		}
		fmt.Fprintf(told, "%s  %.1f MB as it is pulled  %s\n", name, float64(size)/1e6, digest)
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
	}
	if err := os.RemoveAll(output); err != nil {
		return err
	}
	_, err = layout.Write(output, index)
	return err
}

// sizeOf is how many bytes are pulled: the layers as they are packed.
func sizeOf(image v1.Image) (size int64, err error) {
	layers, err := image.Layers()
	if err != nil {
		return 0, err
	}
	for _, layer := range layers {
		n, err := layer.Size()
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

// build makes the program and the image around it.
func (b building) build(out string, platform v1.Platform) (v1.Image, error) {
	program := filepath.Join(out, "evenkeel")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", strings.TrimSpace("-s -w "+b.ldflags), "-o", program, "./cmd/evenkeel")
	cmd.Dir, cmd.Env = b.root, append(os.Environ(), "CGO_ENABLED=0", "GOOS="+platform.OS, "GOARCH="+platform.Architecture)
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, said)
	}
	packed, err := b.layer(program)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed)), nil }, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: b.at}, CreatedBy: "deploy/image", Comment: "as deploy/Containerfile says"}})
	if err != nil {
		return nil, err
	}
	made, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	return mutate.ConfigFile(image, b.config(made.DeepCopy(), platform))
}

// layer packs what the image holds. Times and owners are those that are said, whoever builds.
func (b building) layer(program string) ([]byte, error) {
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	made := map[string]bool{}
	add := func(name string, mode int64, owner string, content []byte, folder bool) error {
		h := &tar.Header{Name: name, Mode: mode, ModTime: b.at, Size: int64(len(content)), Typeflag: tar.TypeReg}
		if folder {
			h.Name, h.Typeflag, made[name] = name+"/", tar.TypeDir, true
		}
		if owner != "" {
			if _, err := fmt.Sscanf(owner, "%d:%d", &h.Uid, &h.Gid); err != nil {
				return fmt.Errorf("the owner %q is no pair of numbers: %w", owner, err)
			}
		}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err := w.Write(content)
		return err
	}
	for _, c := range b.image.Copies {
		to := strings.TrimPrefix(c.To, "/")
		var folders []string
		for dir := path.Dir(to); dir != "."; dir = path.Dir(dir) {
			folders = append(folders, dir)
		}
		slices.Reverse(folders)
		for _, dir := range folders {
			if !made[dir] {
				if err := add(dir, 0o755, "", nil, true); err != nil {
					return nil, err
				}
			}
		}
		var err error
		switch path.Base(c.From) {
		case "evenkeel":
			err = addFile(add, program, to, 0o755, c.Owner)
		case "data":
			err = add(to, 0o755, c.Owner, nil, true)
		case "ca-certificates.crt":
			err = addFile(add, b.certificates, to, 0o644, c.Owner)
		default:
			err = fmt.Errorf("what %s is, is not known here", c.From)
		}
		if err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return packed.Bytes(), err
}

func addFile(add func(string, int64, string, []byte, bool) error, from, to string, mode int64, owner string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return add(to, mode, owner, content, false)
}

// config says how the image is run, beside what its layers are.
func (b building) config(c *v1.ConfigFile, platform v1.Platform) *v1.ConfigFile {
	i := b.image
	c.Architecture, c.OS, c.Created = platform.Architecture, platform.OS, v1.Time{Time: b.at}
	c.Config = v1.Config{
		User: i.User, WorkingDir: i.Workdir, Entrypoint: i.Entry, Cmd: i.Command, StopSignal: i.Signal, Labels: map[string]string{},
		ExposedPorts: map[string]struct{}{i.Exposes + "/tcp": {}}, Volumes: map[string]struct{}{i.Volume: {}},
		Healthcheck: &v1.HealthConfig{
			Test: append([]string{"CMD"}, i.Health.Command...), Interval: i.Health.Interval, Timeout: i.Health.Timeout, StartPeriod: i.Health.StartPeriod, Retries: i.Health.Retries,
		},
	}
	for name, value := range i.Env {
		c.Config.Env = append(c.Config.Env, name+"="+value)
	}
	slices.Sort(c.Config.Env)
	for name, value := range i.Labels {
		c.Config.Labels[name] = strings.NewReplacer("${VERSION}", b.version, "${COMMIT}", b.commit).Replace(value)
	}
	return c
}
