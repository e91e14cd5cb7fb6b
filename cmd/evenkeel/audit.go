package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/audit/anchor"
	"github.com/evenkeel/evenkeel/services/audit/chain"
	"github.com/evenkeel/evenkeel/services/report/evidence"
)

// auditCommand has the audit log proved.
func (p *program) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "audit",
		Short:   "Export the audit log with its seals, and verify it",
		GroupID: groupLook,
	}
	cmd.AddCommand(p.exportAuditCommand(), p.verifyAuditCommand())
	return cmd
}

// auditLine is a line of an export: a link of the chain or an entry without one, as the API
// shows it, and on the last line the head that the server signed before.
type auditLine struct {
	Number  int64       `json:"number,omitempty"`
	EntryID string      `json:"entryId,omitempty"`
	Digest  string      `json:"digest,omitempty"`
	Hash    string      `json:"hash,omitempty"`
	Entry   *auditEntry `json:"entry,omitempty"`
	// State is "unsealed" or "stray" of an entry that is no link.
	State string        `json:"state,omitempty"`
	Head  *chain.Anchor `json:"head,omitempty"`
}

type auditEntry struct {
	ID          string    `json:"id"`
	At          time.Time `json:"at"`
	Outcome     string    `json:"outcome"`
	ActorKind   string    `json:"actorKind"`
	ActorPerson string    `json:"actorPerson"`
	ActorTeam   string    `json:"actorTeam"`
	ActorToken  string    `json:"actorToken"`
	Action      string    `json:"action"`
	ObjectKind  string    `json:"objectKind"`
	ObjectID    string    `json:"objectId"`
	Team        string    `json:"team"`
	ActorName   string    `json:"actorName"`
	ObjectLabel string    `json:"objectLabel"`
	Reason      string    `json:"reason"`
	Changes     string    `json:"changes"`
	Proof       string    `json:"proof"`
	RedactedBy  string    `json:"redactedBy,omitempty"`
	Seal        int64     `json:"seal,omitempty"`
}

func (l auditLine) seal() chain.Seal {
	s := chain.Seal{Number: l.Number, EntryID: l.EntryID, Digest: l.Digest, Hash: l.Hash}
	if e := l.Entry; e != nil {
		s.Entry = &chain.Entry{
			ID: e.ID, At: e.At, Outcome: e.Outcome, ActorKind: e.ActorKind, ActorPerson: e.ActorPerson, ActorTeam: e.ActorTeam, ActorToken: e.ActorToken,
			Action: e.Action, ObjectKind: e.ObjectKind, ObjectID: e.ObjectID, Team: e.Team,
			Texts: chain.Texts{e.ActorName, e.ObjectLabel, e.Reason, e.Changes}, Proof: e.Proof, RedactedBy: e.RedactedBy, Seal: e.Seal,
		}
	}
	return s
}

func (p *program) exportAuditCommand() *cobra.Command {
	var at remote
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the whole audit log with what proves it, a line of JSON for each entry",
		Long: `Write the whole audit log with what proves it, a line of JSON for each entry, the oldest
first; the last line is the head of the chain, signed. For administrators. What is
committed meanwhile, and is not sealed yet, is marked as unsealed.`,
		Example: `  evenkeel audit export --server https://evenkeel.example.org > audit.ndjson`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := at.client(p.environ)
			if err != nil {
				return err
			}
			w := bufio.NewWriter(p.stdout)
			return errors.Join(exportAudit(cmd, c, json.NewEncoder(w)), w.Flush())
		},
	}
	at.flags(p, cmd.Flags())
	return cmd
}

func exportAudit(cmd *cobra.Command, c *client.Client, to *json.Encoder) error {
	to.SetEscapeHTML(false)
	var head chain.Anchor
	if err := c.Do(cmd.Context(), http.MethodGet, "/v1/audit/head", nil, nil, &head); err != nil {
		return err
	}
	for _, state := range []string{"sealed", "unsealed", "stray"} {
		for after := ""; ; {
			query := url.Values{"state": {state}, "limit": {"500"}}
			if after != "" {
				query.Set("after", after)
			}
			var page struct {
				Items []auditLine `json:"items"`
				Next  string      `json:"next"`
			}
			// An entry is read as what is hashed, to the byte.
			if err := c.Do(cmd.Context(), http.MethodGet, "/v1/audit/export?"+query.Encode(), nil, nil, &page); err != nil {
				return err
			}
			ended := false
			for _, line := range page.Items {
				if ended = line.Number > head.Number; ended {
					break // sealed since the head was signed
				}
				if state != "sealed" {
					line.State = state
				}
				if err := to.Encode(line); err != nil {
					return fmt.Errorf("write the export: %w", err)
				}
			}
			if after = page.Next; after == "" || ended {
				break
			}
		}
	}
	return to.Encode(auditLine{Head: &head})
}

func (p *program) verifyAuditCommand() *cobra.Command {
	var anchors, key string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Tell whether an export of the audit log is as it was sealed, without a server",
		Long: `Tell whether an export of the audit log is as it was sealed, without a server: numbers,
hashes, entries, what was redacted, and that the log is as the anchors say, which were
kept elsewhere. FILE may be - for standard input. It ends with 0 where all is as it was,
with 2 where something is not, and with 1 where that cannot be told.

Get anchors and key another way than the export: whoever forges one could send them
along. Without anchors, whoever can write the whole database could have made all of it
anew.`,
		Example: `  evenkeel audit verify audit.ndjson --anchors anchors.ndjson --public-key "$(cat key.txt)"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			public, err := publicKeyOf(key)
			if err != nil {
				return wrongUse(cmd, fmt.Errorf("--public-key %w", err))
			}
			kept, err := readAnchors(anchors)
			if err != nil {
				return err
			}
			from := cmd.InOrStdin()
			if args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("read the export: %w", err)
				}
				defer file.Close()
				from = file
			}
			return p.verifyAudit(from, kept, public)
		},
	}
	cmd.Flags().StringVar(&anchors, "anchors", "", "A file of anchors, as audit.anchorFile writes it: a line of JSON each")
	cmd.Flags().StringVar(&key, "public-key", "", "The installation's public key as GET /v1/evidence/key shows it, or a file that holds it")
	return cmd
}

func publicKeyOf(text string) (ed25519.PublicKey, error) {
	if text == "" {
		return nil, nil
	}
	if held, err := os.ReadFile(text); err == nil {
		text = string(held)
	}
	return evidence.ReadPublicKey(text)
}

func readAnchors(path string) ([]chain.Anchor, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the anchors: %w", err)
	}
	defer file.Close()
	return anchor.Read(file)
}

// maxLine is the longest line of an export, in bytes.
const maxLine = 16 << 20

func (p *program) verifyAudit(from io.Reader, kept []chain.Anchor, key ed25519.PublicKey) error {
	v := chain.NewVerifier(0, chain.Genesis)
	v.Expect(kept, key)
	var head *chain.Anchor
	unsealed := 0
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var l auditLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return fmt.Errorf("line %d is none of an export: %w", n, err)
		}
		switch {
		case head != nil:
			return fmt.Errorf("line %d comes after the head, which is the last of an export", n)
		case l.Head != nil:
			head = l.Head
			v.Expect([]chain.Anchor{*head}, key)
		case l.Number != 0:
			v.Seal(l.seal())
		case l.Entry == nil:
			return fmt.Errorf("line %d is none of an export: there is neither a number nor an entry", n)
		case l.State == "stray":
			v.Stray(*l.seal().Entry)
		default:
			unsealed++
			v.Note(*l.seal().Entry)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the export: %w", err)
	}
	if head == nil {
		return errors.New("the export has no head on its last line: it was cut off; export it again")
	}
	number, hash := v.Last()
	v.End()
	if head.Number == number && head.Hash != hash {
		return errors.New("the head on the last line is of another chain than the one before it: the log was written anew while it was exported; export it again")
	}
	for _, f := range v.Findings() {
		fmt.Fprintf(p.stdout, "%s: number %d, entry %s: %s\n", f.Kind, f.Number, f.Entry, f.Message)
	}
	fmt.Fprintf(p.stdout, "%d sealed entries, %d anchors that they are as, %d entries that are not sealed yet and that nothing proves.\n", v.Checked(), v.Anchored(), unsealed)
	if len(kept) == 0 {
		fmt.Fprintln(p.stdout, "No anchors were given: whoever can write the whole database could have made all of it anew.")
	} else if last := kept[len(kept)-1]; last.Number < number {
		fmt.Fprintf(p.stdout, "What is sealed after number %d, the last that was anchored, could have been made anew, or cut off.\n", last.Number)
	}
	if len(v.Findings()) > 0 {
		fmt.Fprintf(p.stdout, "The log was tampered with: %d findings.\n", len(v.Findings()))
		return errDifference
	}
	fmt.Fprintln(p.stdout, "It is as it was sealed.")
	return nil
}
