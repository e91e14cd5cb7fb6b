package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/document"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/score"
)

// policyCommand keeps error-budget policies as YAML.
func (p *program) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "policy",
		Short:   "Check error-budget policies in YAML, and bring them to a server",
		GroupID: groupLook,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(p.policyCheckCommand(), p.policyApplyCommand(), p.policyExportCommand())
	return cmd
}

func (p *program) policyCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Check policies without a server",
		Long: `Check policies without a server: their shape, their rules, and the names and types in
their conditions. Each problem is told with its file, line and column. It ends with 1
where there are problems.`,
		Example: "  evenkeel policy check policies/*.yaml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			bad := 0
			for _, name := range args {
				_, err := readPolicy(name)
				var refused *yamldoc.Error
				switch {
				case errors.As(err, &refused):
					bad++
					p.tellProblems(name, refused)
				case err != nil:
					return err
				default:
					fmt.Fprintf(p.stdout, "%s: right\n", name)
				}
			}
			if bad > 0 {
				return codeError(exitError)
			}
			return nil
		},
	}
}

// tellProblems tells each with its file, as compilers do.
func (p *program) tellProblems(name string, refused *yamldoc.Error) {
	for _, problem := range refused.Problems {
		fmt.Fprintf(p.stderr, "%s:%s\n", name, problem)
	}
}

// readPolicy reads and checks the policy in a file.
func readPolicy(name string) (document.Document, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return document.Document{}, fmt.Errorf("read a policy: %w", err)
	}
	d, err := document.Read(text)
	if err != nil {
		return document.Document{}, err
	}
	language, err := policy.Language(fact.NewBook[slo.View](&slo.Service{}, &score.Service{}, supply.Source{}))
	if err != nil {
		return document.Document{}, err
	}
	return d, d.Check(language)
}

func (p *program) policyApplyCommand() *cobra.Command {
	var r remote
	var dry bool
	cmd := &cobra.Command{
		Use:   "apply FILE...",
		Short: "Bring policies to a server: make those that are not there, revise those that differ",
		Long: `Bring policies to a server. One that is not there is made, one that differs is revised,
and one that is the same is left alone, so that it can be done again and again. All files
are checked before the first is brought. What changes is told.

With --dry-run nothing is changed, and it ends with 2 where something would be.
Administrators may; the token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: "  evenkeel policy apply policies/*.yaml --dry-run",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			documents := make([]document.Document, len(args))
			bad := false
			for i, name := range args {
				var refused *yamldoc.Error
				var err error
				if documents[i], err = readPolicy(name); errors.As(err, &refused) {
					bad = true
					p.tellProblems(name, refused)
				} else if err != nil {
					return err
				}
			}
			if bad {
				return codeError(exitError)
			}
			c, err := r.client(p.environ)
			if err != nil {
				return wrongUse(cmd, err)
			}
			differs := false
			for i, d := range documents {
				changed, err := p.applyPolicy(cmd.Context(), c, d, dry)
				var refused *refusal
				if errors.As(err, &refused) && refused.code == http.StatusUnprocessableEntity && refused.problem.Errors != nil {
					p.tellProblems(args[i], d.Place(violationsOf(*refused.problem.Errors)))
					return codeError(exitError)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", args[i], err)
				}
				differs = differs || changed
			}
			if dry && differs {
				return errDifference
			}
			return nil
		},
	}
	r.flags(cmd.Flags())
	cmd.Flags().BoolVar(&dry, "dry-run", false, "Tell what would change, and change nothing")
	return cmd
}

func violationsOf(problems []client.Fault) []fault.Violation {
	out := make([]fault.Violation, len(problems))
	for i, one := range problems {
		out[i] = fault.Violation{Pointer: one.Pointer, Message: one.Message}
	}
	return out
}

// applyPolicy brings one policy, and tells what changed; true when something did, or would.
func (p *program) applyPolicy(ctx context.Context, c *client.ClientWithResponses, d document.Document, dry bool) (bool, error) {
	slug := d.Draft.Slug
	var there kept
	res, err := c.GetPolicy(ctx, slug, nil)
	err = answered(res, err, &there)
	var refused *refusal
	missing := errors.As(err, &refused) && refused.code == http.StatusNotFound && refused.problem.Code == "policy_not_found"
	if err != nil && !missing {
		return false, err
	}
	body, err := json.Marshal(keptOf(d.Draft))
	if err != nil {
		return false, err
	}
	if missing {
		if !dry {
			res, err = c.CreatePolicyWithBody(ctx, &client.CreatePolicyParams{}, "application/json", bytes.NewReader(body))
			if err := answered(res, err, &kept{}); err != nil {
				return false, err
			}
		}
		fmt.Fprintf(p.stdout, "%s: is made\n", slug)
		return true, nil
	}
	before, err := document.Write(there.draft())
	if err != nil {
		return false, err
	}
	after, err := document.Write(d.Draft)
	if err != nil {
		return false, err
	}
	if bytes.Equal(before, after) {
		fmt.Fprintf(p.stdout, "%s: is the same\n", slug)
		return false, nil
	}
	if etag := res.Header.Get("ETag"); !dry {
		res, err = c.RevisePolicyWithBody(ctx, slug, &client.RevisePolicyParams{IfMatch: &etag}, "application/json", bytes.NewReader(body))
		if err := answered(res, err, &kept{}); err != nil {
			return false, err
		}
	}
	fmt.Fprintf(p.stdout, "%s: is revised\n%s", slug, udiff.Unified("there", "here", string(before), string(after)))
	return true, nil
}

// kept is a policy as a server keeps it, by the names of the API, which are those of the
// terms.
type kept struct {
	Slug        string `json:"slug"`
	Name        string `json:"name"`
	Description string `json:"description"`
	policy.Terms
}

func keptOf(d policy.Draft) kept {
	return kept{Slug: d.Slug, Name: d.Name, Description: d.Description, Terms: d.Complete()}
}

func (k kept) draft() policy.Draft {
	return policy.Draft{Slug: k.Slug, Name: k.Name, Description: k.Description, Terms: k.Terms}
}

func (p *program) policyExportCommand() *cobra.Command {
	var r remote
	cmd := &cobra.Command{
		Use:   "export POLICY",
		Short: "Write a policy of a server as YAML",
		Long: `Write a policy of a server as YAML, as "evenkeel policy apply" takes it.
The token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: "  evenkeel policy export error-budget > policies/error-budget.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := r.client(p.environ)
			if err != nil {
				return wrongUse(cmd, err)
			}
			var there kept
			res, err := c.GetPolicy(cmd.Context(), args[0], nil)
			if err := answered(res, err, &there); err != nil {
				return err
			}
			text, err := document.Write(there.draft())
			if err != nil {
				return err
			}
			_, err = io.Copy(p.stdout, bytes.NewReader(text))
			return err
		},
	}
	r.flags(cmd.Flags())
	return cmd
}
