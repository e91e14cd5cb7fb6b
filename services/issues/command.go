package issues

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/policy"
)

// commandDispute is the command that disputes the violation that an issue is about.
const commandDispute = "dispute"

// Disputes records that violations are disputed. *policy.Service is one.
type Disputes interface {
	DisputeElsewhere(ctx context.Context, violation id.ID, r policy.Remark) error
}

// Commands does what people ask for in comments on issues.
type Commands struct {
	store    Store
	disputes Disputes
}

// NewCommands returns commands on the issues of a store.
func NewCommands(store Store, disputes Disputes) *Commands {
	return &Commands{store: store, disputes: disputes}
}

// Command does what a comment asks for, once for each comment. What is no command,
// or none of an issue of that kind, is passed over, and so is a dispute of a group: it
// does not say which of its violations. It implements inbox.Commands.
func (c *Commands) Command(ctx context.Context, issue id.ID, asked inbox.Command) error {
	if asked.Name != commandDispute {
		return nil
	}
	i, err := c.store.Issue(ctx, issue)
	if err != nil {
		return fmt.Errorf("read the issue that a comment is on: %w", err)
	}
	if i.Kind != KindBudgetViolation || i.IsGroup() {
		return nil
	}
	return c.disputes.DisputeElsewhere(ctx, i.Episode, policy.Remark{
		At: asked.At, By: asked.By, Text: asked.Text, Link: asked.Comment.URL, Source: fmt.Sprintf("comment %d", asked.Comment.ID),
	})
}

var _ inbox.Commands = (*Commands)(nil)
