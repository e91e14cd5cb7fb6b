package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	entproposal "github.com/evenkeel/evenkeel/ent/db/proposal"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
)

// Proposals is the store of package proposal.
type Proposals struct{ s *Store }

var _ proposal.Store = Proposals{}

// Proposals returns the view of the store that package proposal declares.
func (s *Store) Proposals() Proposals { return Proposals{s} }

// CreateProposal writes a proposal that nobody decided on.
func (a Proposals) CreateProposal(ctx context.Context, p proposal.Proposal) error {
	input, err := json.Marshal(p.Input)
	if err != nil {
		return fail("spell a proposal", err)
	}
	err = a.s.ent.Proposal.Create().
		SetID(string(p.ID)).SetAct(string(p.Act)).SetServiceID(string(p.Service)).SetNillableSloID(orNil(p.SLO)).SetOfVersion(p.Version).
		SetInput(input).SetDocument(p.Document).SetSummary(p.Summary).SetReason(p.Reason).
		SetProposerID(string(p.Proposer)).SetProposedBy(p.ProposedBy).SetCreatedAt(p.CreatedAt).SetExpiresAt(p.ExpiresAt).
		SetDecision("").SetDecidedBy("").SetDecidedFor("").Exec(ctx)
	return fail("write a proposal", gone(err))
}

const proposals = `SELECT p.id, p.act, p.service_id, p.slo_id, p.of_version, p.input, p.document, p.summary, p.reason, p.proposer_id, p.proposed_by,
 p.created_at, p.expires_at, p.decision, p.decided_at, p.decided_by, p.decided_for, p.made_id FROM proposals p`

func (a Proposals) rows(ctx context.Context, rest string, args ...any) ([]proposal.Proposal, error) {
	var out []proposal.Proposal
	err := a.s.queryAll(ctx, proposals+rest, args, func(rows *sql.Rows) error {
		var p proposal.Proposal
		var slo, made *string
		var input, document []byte
		err := rows.Scan(&p.ID, &p.Act, &p.Service, &slo, &p.Version, &input, &document, &p.Summary, &p.Reason, &p.Proposer, &p.ProposedBy,
			&p.CreatedAt, &p.ExpiresAt, &p.Decision, &p.DecidedAt, &p.DecidedBy, &p.DecidedFor, &made)
		if err != nil {
			return err
		}
		p.SLO, p.Made, p.Document = orEmpty(slo), orEmpty(made), document
		p.CreatedAt, p.ExpiresAt, p.DecidedAt = utc(p.CreatedAt), utc(p.ExpiresAt), utcOrNil(p.DecidedAt)
		if err := json.Unmarshal(input, &p.Input); err != nil {
			return err
		}
		out = append(out, p)
		return nil
	})
	return out, fail("read proposals", err)
}

// Proposal returns one; NotFound.
func (a Proposals) Proposal(ctx context.Context, of id.ID) (proposal.Proposal, error) {
	found, err := a.rows(ctx, " WHERE p.id = $1", string(of))
	if err != nil {
		return proposal.Proposal{}, err
	}
	if len(found) == 0 {
		return proposal.Proposal{}, fault.Missing("proposal", string(of))
	}
	return found[0], nil
}

// Proposals lists the newest first, by their state at now.
func (a Proposals) Proposals(ctx context.Context, f proposal.Filter, now time.Time, r page.Request) (page.Page[proposal.Proposal], error) {
	none := page.Page[proposal.Proposal]{}
	key, err := r.Key(f, 1)
	if err != nil {
		return none, err
	}
	var c conditions
	if key != nil {
		c.add("p.id < %s", key[0])
	}
	if f.SLO != "" {
		c.add("p.slo_id = %s", string(f.SLO))
	}
	if f.Service != "" {
		c.add("p.service_id = %s", string(f.Service))
	}
	switch f.State {
	case "":
	case proposal.Open:
		c.add("p.decided_at IS NULL")
		c.add("p.expires_at > %s", clock.Round(now))
	case proposal.Expired:
		c.add("p.decided_at IS NULL")
		c.add("p.expires_at <= %s", clock.Round(now))
	default:
		c.add("p.decision = %s", string(f.State))
	}
	rows, err := a.rows(ctx, c.where()+" ORDER BY p.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(p proposal.Proposal) []string { return []string{string(p.ID)} }), nil
}

// DecideProposal writes the decision, and Decided where there is one.
func (a Proposals) DecideProposal(ctx context.Context, p proposal.Proposal) error {
	n, err := a.s.ent.Proposal.Update().Where(entproposal.ID(string(p.ID)), entproposal.DecidedAtIsNil()).
		SetDecision(string(p.Decision)).SetNillableDecidedAt(p.DecidedAt).SetDecidedBy(p.DecidedBy).SetDecidedFor(p.DecidedFor).
		SetNillableMadeID(orNil(p.Made)).Save(ctx)
	if err != nil || n > 0 {
		return fail("decide on a proposal", err)
	}
	was, err := a.Proposal(ctx, p.ID)
	if err != nil {
		return err
	}
	return proposal.Decided(was)
}
