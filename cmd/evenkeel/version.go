package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Set by the linker (-X main.version=…) where the build knows better than what
// Go stamps into the binary by itself.
var version, commit, commitTime string

// build describes the binary.
type build struct {
	Version string `json:"version"`          // a tag, a pseudo-version, or "devel"
	Commit  string `json:"commit,omitempty"` // the revision it was built from
	Time    string `json:"time,omitempty"`   // of that revision, RFC 3339
	Changed bool   `json:"changed"`          // there were changes that were not committed
	Go      string `json:"go"`
	Target  string `json:"target"`
}

// thisBuild describes the running binary.
func thisBuild() build {
	info, _ := debug.ReadBuildInfo()
	return describeBuild(info)
}

func describeBuild(info *debug.BuildInfo) build {
	b := build{Version: version, Commit: commit, Time: commitTime, Go: runtime.Version(), Target: runtime.GOOS + "/" + runtime.GOARCH}
	if info != nil {
		stamped := map[string]string{}
		for _, setting := range info.Settings {
			stamped[setting.Key] = setting.Value
		}
		b.Version = first(b.Version, info.Main.Version)
		b.Commit = first(b.Commit, stamped["vcs.revision"])
		b.Time = first(b.Time, stamped["vcs.time"])
		b.Changed = stamped["vcs.modified"] == "true"
	}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "devel"
	}
	return b
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// String returns the build as one line.
func (b build) String() string {
	line := "evenkeel " + b.Version
	if b.Commit != "" {
		line += " " + b.Commit[:min(len(b.Commit), 12)]
	}
	if b.Time != "" {
		line += " " + b.Time
	}
	if b.Changed {
		line += " (changed)"
	}
	return fmt.Sprintf("%s %s %s", line, b.Go, b.Target)
}

// versionCommand prints what the binary was built from.
func (p *program) versionCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version and what it was built from",
		GroupID: groupLook,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, err := outputFormat(cmd, output)
			if err != nil {
				return err
			}
			if format == "json" {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(thisBuild())
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), thisBuild())
			return err
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "How to print: text or json")
	return cmd
}
