package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/attachment"
	"github.com/evenkeel/evenkeel/ent/db/budgetpolicy"
	"github.com/evenkeel/evenkeel/ent/db/policyrevision"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Policy is the store of package policy.
type Policy struct{ s *Store }

var _ policy.Store = Policy{}

// Policy returns the view of the store that package policy declares.
func (s *Store) Policy() Policy { return Policy{s} }

// CreatePolicy writes the head and its first revision.
func (p Policy) CreatePolicy(ctx context.Context, v policy.View) error {
	return p.s.InTx(ctx, func(ctx context.Context) error {
		h := v.Policy
		err := p.s.ent.BudgetPolicy.Create().
			SetID(string(h.ID)).SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).SetRevision(h.Revision).SetRevisitTold(string(h.RevisitTold)).SetManager(h.Manager).
			SetCreatedAt(h.CreatedAt).SetUpdatedAt(h.UpdatedAt).SetVersion(h.Version).
			Exec(ctx)
		if err != nil {
			return named(registry.NounPolicy, h.Slug, err)
		}
		return p.AddPolicyRevision(ctx, v.Revision)
	})
}

// AddPolicyRevision writes a revision; Stale when another with its number was first.
func (p Policy) AddPolicyRevision(ctx context.Context, r policy.Revision) error {
	terms, err := json.Marshal(r.Terms)
	if err != nil {
		return fail("spell the terms of a policy", err)
	}
	err = p.s.ent.PolicyRevision.Create().
		SetID(string(r.ID)).SetPolicyID(string(r.Policy)).SetNumber(r.Number).SetTerms(terms).
		SetRevisedBy(r.RevisedBy).SetCreatedAt(r.CreatedAt).
		Exec(ctx)
	if isUnique(err) {
		return fault.Stale("policy")
	}
	return fail("write a revision of a policy", gone(err))
}

const (
	policyWords   = "p.id, p.slug, p.name, p.description, p.revision, p.revisit_told, p.created_at, p.updated_at, p.manager, p.version, r.id, r.policy_id, r.number, r.revised_by, r.created_at"
	policyColumns = policyWords + ", r.terms"
	policyTables  = " FROM policies p JOIN policy_revisions r ON r.policy_id = p.id AND r.number = p.revision"
)

func (p Policy) views(ctx context.Context, rest string, args ...any) ([]policy.View, error) {
	var out []policy.View
	err := p.s.queryAll(ctx, "SELECT "+policyColumns+policyTables+rest, args, func(rows *sql.Rows) error {
		v, err := fromDBPolicy(rows)
		out = append(out, v)
		return err
	})
	return out, fail("read policies", err)
}

// fromDBPolicy reads a policy with its terms.
func fromDBPolicy(rows *sql.Rows) (policy.View, error) {
	var terms []byte
	v, err := fromDBPolicyWords(rows, &terms)
	if err != nil {
		return policy.View{}, err
	}
	return v, json.Unmarshal(terms, &v.Revision.Terms)
}

// fromDBPolicyWords reads a policy without its terms, and further columns.
func fromDBPolicyWords(rows *sql.Rows, further ...any) (policy.View, error) {
	var v policy.View
	h, r := &v.Policy, &v.Revision
	columns := []any{&h.ID, &h.Slug, &h.Name, &h.Description, &h.Revision, &h.RevisitTold, &h.CreatedAt, &h.UpdatedAt, &h.Manager, &h.Version,
		&r.ID, &r.Policy, &r.Number, &r.RevisedBy, &r.CreatedAt}
	if err := rows.Scan(append(columns, further...)...); err != nil {
		return policy.View{}, err
	}
	h.CreatedAt, h.UpdatedAt, r.CreatedAt = utc(h.CreatedAt), utc(h.UpdatedAt), utc(r.CreatedAt)
	return v, nil
}

func (p Policy) one(ctx context.Context, name, where string) (policy.View, error) {
	found, err := p.views(ctx, where, name)
	if err != nil {
		return policy.View{}, err
	}
	if len(found) == 0 {
		return policy.View{}, fault.Missing("policy", name)
	}
	return found[0], nil
}

// Policy returns the policy with its current revision.
func (p Policy) Policy(ctx context.Context, of id.ID) (policy.View, error) {
	return p.one(ctx, string(of), " WHERE p.id = $1")
}

// PolicyBySlug returns the policy that has the slug now.
func (p Policy) PolicyBySlug(ctx context.Context, slug string) (policy.View, error) {
	return p.one(ctx, slug, " WHERE p.slug = $1")
}

// Policies lists by slug.
func (p Policy) Policies(ctx context.Context, r page.Request) (page.Page[policy.View], error) {
	key, err := r.Key(nil, 1)
	if err != nil {
		return page.Page[policy.View]{}, err
	}
	var c conditions
	if key != nil {
		c.add("p.slug > %s", key[0])
	}
	rest := c.where() + " ORDER BY p.slug" + c.limit(r.Size()+1)
	rows, err := p.views(ctx, rest, c.args...)
	if err != nil {
		return page.Page[policy.View]{}, err
	}
	return page.Cut(r, nil, rows, func(v policy.View) []string { return []string{v.Policy.Slug} }), nil
}

// UpdatePolicy writes the head but RevisitTold, conditional on Version.
func (p Policy) UpdatePolicy(ctx context.Context, h policy.Policy) error {
	n, err := p.s.ent.BudgetPolicy.Update().Where(budgetpolicy.ID(string(h.ID)), budgetpolicy.Version(h.Version)).
		SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).SetRevision(h.Revision).SetManager(h.Manager).
		SetUpdatedAt(h.UpdatedAt).AddVersion(1).Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounPolicy, h.Slug, err)
	}
	return written("policy", h.ID, n, err, func() (bool, error) {
		return p.s.ent.BudgetPolicy.Query().Where(budgetpolicy.ID(string(h.ID))).Exist(ctx)
	})
}

// ToldRevisit records that the day was told to be past.
func (p Policy) ToldRevisit(ctx context.Context, of policy.Policy, day clock.Date) error {
	n, err := p.s.exec(ctx, "UPDATE policies SET revisit_told = $1 WHERE id = $2 AND revision = $3 AND revisit_told <> $1", string(day), string(of.ID), of.Revision)
	if err == nil && n == 0 {
		return fault.Stale("policy")
	}
	return fail("write that a day was told", err)
}

// PolicyRevision returns that of the identifier.
func (p Policy) PolicyRevision(ctx context.Context, revision id.ID) (policy.Revision, error) {
	r, err := p.s.ent.PolicyRevision.Get(ctx, string(revision))
	if err != nil {
		return policy.Revision{}, notFound("policy_revision", string(revision), err)
	}
	return fromDBPolicyRevision(r)
}

// RevisionsByID returns those that exist.
func (p Policy) RevisionsByID(ctx context.Context, revisions []id.ID) ([]policy.Revision, error) {
	var out []policy.Revision
	err := chunks(revisions, idBatch, func(some []id.ID) error {
		rows, err := p.s.ent.PolicyRevision.Query().Where(policyrevision.IDIn(texts(some)...)).All(ctx)
		if err != nil {
			return fail("read revisions of policies", err)
		}
		for _, row := range rows {
			r, err := fromDBPolicyRevision(row)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// PolicyRevisions lists the newest first.
func (p Policy) PolicyRevisions(ctx context.Context, of id.ID, r page.Request) (page.Page[policy.Revision], error) {
	type filter struct{ Policy id.ID }
	f := filter{of}
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[policy.Revision]{}, err
	}
	q := p.s.ent.PolicyRevision.Query().Where(policyrevision.PolicyID(string(of)))
	if key != nil {
		number, err := strconv.Atoi(key[0])
		if err != nil {
			return page.Page[policy.Revision]{}, badCursor()
		}
		q.Where(policyrevision.NumberLT(number))
	}
	rows, err := q.Order(db.Desc(policyrevision.FieldNumber)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[policy.Revision]{}, fail("list revisions of a policy", err)
	}
	out := make([]policy.Revision, len(rows))
	for i, row := range rows {
		if out[i], err = fromDBPolicyRevision(row); err != nil {
			return page.Page[policy.Revision]{}, err
		}
	}
	return page.Cut(r, f, out, func(v policy.Revision) []string { return []string{strconv.Itoa(v.Number)} }), nil
}

func fromDBPolicyRevision(r *db.PolicyRevision) (policy.Revision, error) {
	out := policy.Revision{
		ID:        id.ID(r.ID),
		Policy:    id.ID(r.PolicyID),
		Number:    r.Number,
		RevisedBy: r.RevisedBy,
		CreatedAt: utc(r.CreatedAt),
	}
	return out, fail("read the terms of a policy", json.Unmarshal(r.Terms, &out.Terms))
}

// targetKey spells what an attachment is to.
func targetKey(a policy.Attachment) string {
	switch a.Target {
	case policy.ToService:
		return string(a.Service)
	case policy.ToTier:
		return strconv.Itoa(a.Tier)
	}
	return ""
}

// CreateAttachment writes the attachment.
func (p Policy) CreateAttachment(ctx context.Context, a policy.Attachment) error {
	err := p.s.ent.Attachment.Create().
		SetID(string(a.ID)).SetPolicyID(string(a.Policy)).SetTarget(string(a.Target)).SetTargetKey(targetKey(a)).
		SetNillableServiceID(orNil(a.Service)).SetTier(a.Tier).SetMode(string(a.Mode)).
		SetCreatedAt(a.CreatedAt).SetUpdatedAt(a.UpdatedAt).SetCreatedBy(a.CreatedBy).SetManager(a.Manager).SetVersion(a.Version).
		Exec(ctx)
	if isUnique(err) {
		e := fault.New(fault.Conflict, "already_attached", "the policy is attached to that already; change that attachment instead")
		e.Err = err
		return e
	}
	return fail("write an attachment", gone(err))
}

// Attachment returns the attachment.
func (p Policy) Attachment(ctx context.Context, of id.ID) (policy.Attachment, error) {
	a, err := p.s.ent.Attachment.Get(ctx, string(of))
	if err != nil {
		return policy.Attachment{}, notFound("attachment", string(of), err)
	}
	return fromDBAttachment(a), nil
}

// Attachments lists the oldest first.
func (p Policy) Attachments(ctx context.Context, f policy.AttachmentFilter, r page.Request) (page.Page[policy.Attachment], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[policy.Attachment]{}, err
	}
	q := p.s.ent.Attachment.Query()
	if f.Policy != "" {
		q.Where(attachment.PolicyID(string(f.Policy)))
	}
	if f.Service != "" {
		q.Where(attachment.ServiceID(string(f.Service)))
	}
	rows, err := q.Where(after(key, attachment.FieldID)).Order(db.Asc(attachment.FieldID)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[policy.Attachment]{}, fail("list attachments", err)
	}
	return page.Map(page.Cut(r, f, rows, func(a *db.Attachment) []string { return []string{a.ID} }), fromDBAttachment), nil
}

// AllAttachments returns every one, by ID, and the policies that they are of.
func (p Policy) AllAttachments(ctx context.Context) ([]policy.Attachment, []policy.View, error) {
	rows, err := p.s.ent.Attachment.Query().Order(db.Asc(attachment.FieldID)).All(ctx)
	if err != nil {
		return nil, nil, fail("read attachments", err)
	}
	out := make([]policy.Attachment, len(rows))
	for i, a := range rows {
		out[i] = fromDBAttachment(a)
	}
	views, err := p.views(ctx, " WHERE p.id IN (SELECT policy_id FROM policy_attachments) ORDER BY p.id")
	return out, views, err
}

// attachedTo goes from the few policies to what of each is attached to the service.
const attachedTo = "SELECT " + policyWords + `, a.id, a.target, a.service_id, a.tier, a.mode, a.created_at, a.updated_at, a.created_by, a.manager, a.version,
 NOT EXISTS (SELECT 1 FROM violations v JOIN slos s ON s.id = v.slo_id WHERE s.service_id = $1 AND (v.ended_at IS NULL OR v.muted_until IS NOT NULL))` + policyTables + `
JOIN policy_attachments a ON a.policy_id = p.id AND (a.target = $2 AND a.target_key = $1 OR a.target = $3 AND a.target_key = $4 OR a.target = $5) ORDER BY p.id, a.id`

// AttachedTo returns what is attached to the service, to its tier and to all.
func (p Policy) AttachedTo(ctx context.Context, service registry.Service) (policy.Attached, error) {
	var out policy.Attached
	args := []any{string(service.ID), string(policy.ToService), string(policy.ToTier), strconv.Itoa(service.Tier), string(policy.ToAll)}
	err := p.s.lookUp(ctx, attachedTo, args, func(rows *sql.Rows) error {
		var a policy.Attachment
		var of sql.NullString
		v, err := fromDBPolicyWords(rows, &a.ID, &a.Target, &of, &a.Tier, &a.Mode, &a.CreatedAt, &a.UpdatedAt, &a.CreatedBy, &a.Manager, &a.Version, &out.Quiet)
		if err != nil {
			return err
		}
		a.Policy, a.Service, a.CreatedAt, a.UpdatedAt = v.Policy.ID, id.ID(of.String), utc(a.CreatedAt), utc(a.UpdatedAt)
		out.Attachments = append(out.Attachments, a)
		if n := len(out.Policies); n == 0 || out.Policies[n-1].Policy.ID != v.Policy.ID {
			out.Policies = append(out.Policies, v)
		}
		return nil
	})
	if err == nil {
		err = p.terms(ctx, out.Policies)
	}
	return out, fail("read what is attached to a service", err)
}

// UpdateAttachment writes the mode, conditional on Version.
func (p Policy) UpdateAttachment(ctx context.Context, a policy.Attachment) error {
	n, err := p.s.ent.Attachment.Update().Where(attachment.ID(string(a.ID)), attachment.Version(a.Version)).
		SetMode(string(a.Mode)).SetManager(a.Manager).SetUpdatedAt(a.UpdatedAt).AddVersion(1).Save(ctx)
	return written("attachment", a.ID, n, err, func() (bool, error) { return p.attachmentExists(ctx, a.ID) })
}

// DeleteAttachment removes the attachment, conditional on the version.
func (p Policy) DeleteAttachment(ctx context.Context, of id.ID, version int64) error {
	n, err := p.s.ent.Attachment.Delete().Where(attachment.ID(string(of)), attachment.Version(version)).Exec(ctx)
	return written("attachment", of, n, err, func() (bool, error) { return p.attachmentExists(ctx, of) })
}

func (p Policy) attachmentExists(ctx context.Context, of id.ID) (bool, error) {
	return p.s.ent.Attachment.Query().Where(attachment.ID(string(of))).Exist(ctx)
}

func fromDBAttachment(a *db.Attachment) policy.Attachment {
	return policy.Attachment{
		ID:        id.ID(a.ID),
		Policy:    id.ID(a.PolicyID),
		Target:    policy.TargetKind(a.Target),
		Service:   orEmpty(a.ServiceID),
		Tier:      a.Tier,
		Mode:      policy.Mode(a.Mode),
		CreatedAt: utc(a.CreatedAt),
		UpdatedAt: utc(a.UpdatedAt),
		CreatedBy: a.CreatedBy,
		Manager:   a.Manager,
		Version:   a.Version,
	}
}
