package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/document"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/score"
)

// policies are the commands on error-budget policies.
var policies = keeping[policy.Draft]{
	noun: "policy", missing: "policy_not_found", read: readPolicy, write: document.Write,
	slug: func(d policy.Draft) string { return d.Slug },
	body: func(d policy.Draft) any {
		return keptPolicy{Slug: d.Slug, Name: d.Name, Description: d.Description, Terms: d.Complete()}
	},
	taken: func(answer []byte) (policy.Draft, error) {
		var k keptPolicy
		err := json.Unmarshal(answer, &k)
		return policy.Draft{Slug: k.Slug, Name: k.Name, Description: k.Description, Terms: k.Terms}, err
	},
	get: func(ctx context.Context, c *client.ClientWithResponses, slug string) (*http.Response, error) {
		return c.GetPolicy(ctx, slug, nil)
	},
	make: func(ctx context.Context, c *client.ClientWithResponses, body io.Reader) (*http.Response, error) {
		return c.CreatePolicyWithBody(ctx, &client.CreatePolicyParams{}, "application/json", body)
	},
	change: func(ctx context.Context, c *client.ClientWithResponses, slug, etag string, body io.Reader) (*http.Response, error) {
		return c.RevisePolicyWithBody(ctx, slug, &client.RevisePolicyParams{IfMatch: &etag}, "application/json", body)
	},
}

// keptPolicy is a policy as a server keeps it, by the names of the API, which are those of the
// terms.
type keptPolicy struct {
	Slug        string `json:"slug"`
	Name        string `json:"name"`
	Description string `json:"description"`
	policy.Terms
}

// readPolicy reads and checks a policy.
func readPolicy(text []byte) (policy.Draft, yamldoc.Document, error) {
	d, err := document.Read(text)
	if err != nil {
		return policy.Draft{}, yamldoc.Document{}, err
	}
	language, err := policy.Language(fact.NewBook[slo.View](&slo.Service{}, &score.Service{}, supply.Source{}))
	if err != nil {
		return policy.Draft{}, yamldoc.Document{}, err
	}
	return d.Draft, d.Document, d.Check(language)
}

// policyCommand keeps error-budget policies as YAML.
func (p *program) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "policy",
		Short:   "Check error-budget policies in YAML, and bring them to a server",
		GroupID: groupLook,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "check FILE...",
		Short: "Check policies without a server",
		Long: `Check policies without a server: their shape, their rules, and the names and types in
their conditions. Each problem is told with its file, line and column. It ends with 1
where there are problems.`,
		Example: "  evenkeel policy check policies/*.yaml",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return policies.check(p, args) },
	}, policies.applyCommand(p, &cobra.Command{
		Use:   "apply FILE...",
		Short: "Bring policies to a server: make those that are not there, revise those that differ",
		Long: `Bring policies to a server. One that is not there is made, one that differs is revised,
and one that is the same is left alone, so that it can be done again and again. All files
are checked before the first is brought. What changes is told.

With --dry-run nothing is changed, and it ends with 2 where something would be.
Administrators may; the token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: "  evenkeel policy apply policies/*.yaml --dry-run",
	}), policies.exportCommand(p, &cobra.Command{
		Use:   "export POLICY",
		Short: "Write a policy of a server as YAML",
		Long: `Write a policy of a server as YAML, as "evenkeel policy apply" takes it.
The token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: "  evenkeel policy export error-budget > policies/error-budget.yaml",
	}))
	return cmd
}
