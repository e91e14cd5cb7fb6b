package main

import (
	"crypto/ed25519"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/services/report/evidence"
)

// evidenceCommand looks at bundles of evidence, without a server.
func (p *program) evidenceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "evidence",
		Short:   "Verify bundles of evidence for auditors",
		GroupID: groupLook,
	}
	cmd.AddCommand(p.verifyEvidenceCommand())
	return cmd
}

func (p *program) verifyEvidenceCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "verify FILE --key KEY",
		Short: "Tell whether a bundle of evidence is as it was sealed",
		Long: `Tell whether a bundle of evidence is as it was sealed, without the installation: each
file has the SHA-256 that the manifest says, nothing was added or taken away, not a byte
between the files, and the manifest is signed with the key. It ends with 1 when something is not.

The key is what GET /v1/evidence/key shows, or a file that holds it. Get it another way
than the bundle: whoever forges one could send a key along.`,
		Example: `  evenkeel evidence verify evidence.zip --key "$(cat key.txt)"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key == "" {
				return wrongUse(cmd, fmt.Errorf("the flag --key is needed"))
			}
			text := key
			if held, err := os.ReadFile(key); err == nil {
				text = string(held)
			}
			public, err := evidence.ReadPublicKey(text)
			if err != nil {
				return wrongUse(cmd, fmt.Errorf("--key %w", err))
			}
			m, err := verifyFile(args[0], public)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "The bundle is as %s sealed it at %s: evidence from %s until %s.\n", m.DrawnUpBy, m.DrawnUpAt.Format(time.RFC3339), m.From.Format(time.RFC3339), m.To.Format(time.RFC3339))
			for _, f := range m.Files {
				fmt.Fprintf(p.stdout, "  %-20s %9d bytes  %s\n", f.Name, f.Bytes, f.What)
			}
			for _, note := range m.Notes {
				fmt.Fprintln(p.stdout, "Note: "+note)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "The public key, or a file that holds it")
	return cmd
}

// verifyFile verifies a bundle as it lies there: it may be larger than the memory.
func verifyFile(name string, key ed25519.PublicKey) (evidence.Manifest, error) {
	bundle, err := os.Open(name)
	if err != nil {
		return evidence.Manifest{}, fmt.Errorf("read the bundle: %w", err)
	}
	defer bundle.Close()
	info, err := bundle.Stat()
	if err != nil {
		return evidence.Manifest{}, fmt.Errorf("read the bundle: %w", err)
	}
	return evidence.Verify(bundle, info.Size(), key)
}
