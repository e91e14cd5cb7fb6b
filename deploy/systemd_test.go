package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unit reads the lines of the service by key; a key that comes twice keeps its last value.
func unit(t *testing.T) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for line := range strings.Lines(read(t, "evenkeel.service")) {
		if key, value, found := strings.Cut(strings.TrimSpace(line), "="); found && !strings.HasPrefix(key, "#") {
			keys[key] = value
		}
	}
	return keys
}

func TestTheServiceDrainsBeforeItIsEndedByForce(t *testing.T) {
	t.Parallel()
	u := unit(t)
	variables := map[string]string{}
	for word := range strings.FieldsSeq(u["Environment"]) {
		name, value, _ := strings.Cut(word, "=")
		variables[name] = value
	}
	if variables["EVENKEEL_CONFIG"] != "/etc/evenkeel/config.yaml" {
		t.Errorf("its configuration is in %q", variables["EVENKEEL_CONFIG"])
	}
	delete(variables, "EVENKEEL_CONFIG") // which is not on this machine
	c := configured(t, variables)
	if c.DataDir != "/var/lib/"+u["StateDirectory"] || u["StateDirectoryMode"] != "0700" {
		t.Errorf("it keeps its data in %s, and its own directory is %s", c.DataDir, u["StateDirectory"])
	}
	stop, err := time.ParseDuration(u["TimeoutStopSec"])
	if err != nil || stop < c.DrainDelay+c.DrainTimeout+afterDrain {
		t.Errorf("it is ended by force after %s, %v, when it may still drain", stop, err)
	}
	if u["KillSignal"] != "SIGTERM" {
		t.Errorf("it is told to stop by %s", u["KillSignal"])
	}
	if c.ListensBeyondLoopback() {
		t.Errorf("it listens on %s without being asked to", c.Listen)
	}
}

func TestTheServiceMayDoNoMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	u := unit(t)
	for key, want := range map[string]string{
		"DynamicUser": "yes", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
		"PrivateDevices": "yes", "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "yes", "RestrictSUIDSGID": "yes",
	} {
		if got, there := u[key]; !there || got != want {
			t.Errorf("%s=%s, want %s", key, got, want)
		}
	}
	// systemd's own judgement, where there is a systemd: a machine without one runs no
	// units, and scripts/testenv does not bring one.
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("there is no systemd-analyze on this machine: its judgement is left out")
		return
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "evenkeel")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	// It looks whether the program is there, which on this machine it is not.
	text := strings.ReplaceAll(read(t, "evenkeel.service"), "/usr/local/bin/evenkeel", program)
	path := filepath.Join(dir, "evenkeel.service")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// Exposure from 0 to 10, here in tenths; systemd calls up to 2 "OK" at most.
	if out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", path).CombinedOutput(); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}
