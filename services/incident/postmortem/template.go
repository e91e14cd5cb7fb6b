package postmortem

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Template is what postmortems begin as in an organisation, with its current revision.
type Template struct {
	ID   id.ID
	Slug string
	Name string
	// Severities are those of incidents whose postmortems begin as it, unless another is asked for.
	// Each is of one template.
	Severities []incident.Severity
	Revision   Revision
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Revision is what a template said from one change to the next.
type Revision struct {
	ID     id.ID
	Of     id.ID // the template
	Number int
	document.Template
	By string
	At time.Time
}

// TemplateInput is what is said of a template.
type TemplateInput struct {
	Slug       string // only when it is created
	Name       string
	Severities []incident.Severity
	document.Template
}

func (in TemplateInput) check(check *fault.Check) {
	registry.CheckName(check, "/name", in.Name)
	for n, severity := range in.Severities {
		at := fmt.Sprintf("/severities/%d", n)
		check.Require(slices.Contains(incident.Severities, severity), at, string(severity), "must be one of %s", fault.Or(incident.Severities))
		check.Require(slices.Index(in.Severities, severity) == n, at, string(severity), "is there twice; once is enough")
	}
	TextInput{Text: in.Markdown}.checkAt(check, "/markdown")
	in.Template.Check(check, "")
}

func templateObject(t Template) access.Object {
	return access.Object{Kind: access.KindPostmortemTemplate, ID: t.ID, Label: t.Slug}
}

// templateRecord is what the audit log keeps of a template.
type templateRecord struct {
	Slug, Name string
	Severities []incident.Severity
	Revision   int
	document.Template
}

func (t Template) record() templateRecord {
	return templateRecord{t.Slug, t.Name, t.Severities, t.Revision.Number, t.Revision.Template}
}

// CreateTemplate enters a template, which administrators do.
//
// Faults: Forbidden; Conflict "slug_taken", "severity_taken"; Invalid.
func (s *Service) CreateTemplate(ctx context.Context, in TemplateInput) (Template, error) {
	now := clock.Round(s.Clock())
	var t Template
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindPostmortemTemplate}); err != nil {
			return err
		}
		var check fault.Check
		registry.CheckSlug(&check, "/slug", in.Slug)
		in.check(&check)
		if err := check.Err(); err != nil {
			return err
		}
		t = Template{ID: id.New(now), Slug: in.Slug, CreatedAt: now, Version: 1}
		t.say(ctx, now, in, 1)
		if err := s.Store.CreateTemplate(ctx, t); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, templateObject(t), "", nil, t.record())
	})
	if err != nil {
		return Template{}, fmt.Errorf("create a template of postmortems: %w", err)
	}
	return t, nil
}

// say has the template say what is in the input, in the revision.
func (t *Template) say(ctx context.Context, now time.Time, in TemplateInput, number int) {
	author, _ := access.AuthorFrom(ctx)
	t.Name, t.UpdatedAt = in.Name, now
	t.Severities = append([]incident.Severity{}, in.Severities...)
	slices.Sort(t.Severities)
	if number == t.Revision.Number {
		return
	}
	t.Revision = Revision{ID: id.New(now), Of: t.ID, Number: number, Template: in.Template, By: author.Name, At: now}
	t.Revision.Required = append([]string{}, in.Required...)
}

// ReviseTemplate replaces what a template says; where its text or its required sections change, by a
// new revision. Texts that began as an earlier one are judged by that.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "severity_taken"; Invalid.
func (s *Service) ReviseTemplate(ctx context.Context, slug string, version int64, in TemplateInput) (Template, error) {
	now := clock.Round(s.Clock())
	var t Template
	err := s.changeTemplate(ctx, slug, version, access.Update, func(ctx context.Context, before Template) error {
		var check fault.Check
		in.check(&check)
		if err := check.Err(); err != nil {
			return err
		}
		number := before.Revision.Number
		if before.Revision.Markdown != in.Markdown || !slices.Equal(before.Revision.Required, in.Required) {
			number++
		}
		t = before
		t.say(ctx, now, in, number)
		if err := s.Store.UpdateTemplate(ctx, t); err != nil {
			return err
		}
		t.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, templateObject(t), "", before.record(), t.record())
	})
	if err != nil {
		return Template{}, fmt.Errorf("revise a template of postmortems: %w", err)
	}
	return t, nil
}

// DeleteTemplate removes a template with its revisions. Texts that began as it keep what it said.
//
// Faults: NotFound; Forbidden; Precondition.
func (s *Service) DeleteTemplate(ctx context.Context, slug string, version int64) error {
	err := s.changeTemplate(ctx, slug, version, access.Delete, func(ctx context.Context, before Template) error {
		if err := s.Store.DeleteTemplate(ctx, before.ID, version); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, templateObject(before), "", before.record(), nil)
	})
	if err != nil {
		return fmt.Errorf("delete a template of postmortems: %w", err)
	}
	return nil
}

func (s *Service) changeTemplate(ctx context.Context, slug string, version int64, verb access.Verb, do func(ctx context.Context, before Template) error) error {
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Store.Template(ctx, slug)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, templateObject(before)); err != nil {
			return err
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "version_mismatch", "the template is at version %d now, and not at %d any more; read it again and repeat the change", before.Version, version)
		}
		return do(ctx, before)
	})
}

// TemplateFor returns the template of the slug or identifier; NotFound.
func (s *Service) TemplateFor(ctx context.Context, slug string) (Template, error) {
	if err := s.mayReadTemplates(ctx); err != nil {
		return Template{}, err
	}
	return s.Store.Template(ctx, slug)
}

// ListTemplates lists templates by slug. The built-in one is not among them.
func (s *Service) ListTemplates(ctx context.Context, r page.Request) (page.Page[Template], error) {
	if err := s.mayReadTemplates(ctx); err != nil {
		return page.Page[Template]{}, err
	}
	return s.Store.Templates(ctx, r)
}

// TemplateHistory lists the revisions of a template, the newest first; NotFound.
func (s *Service) TemplateHistory(ctx context.Context, slug string, r page.Request) (page.Page[Revision], error) {
	t, err := s.TemplateFor(ctx, slug)
	if err != nil {
		return page.Page[Revision]{}, err
	}
	return s.Store.TemplateRevisions(ctx, t.ID, r)
}

func (s *Service) mayReadTemplates(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindPostmortemTemplate})
}

// templateFor is what a text begins as: the template of the slug, that of the incident's severity, or
// the built-in one.
func (s *Service) templateFor(ctx context.Context, i incident.Incident, slug string) (Used, error) {
	if slug != "" {
		t, err := s.Store.Template(ctx, slug)
		if fault.Is(err, fault.NotFound) {
			var check fault.Check
			check.Fail("/template", slug, "names no template that exists")
			err = check.Err()
		}
		return t.used(), err
	}
	t, err := s.Store.TemplateFor(ctx, i.Severity)
	if err != nil || t == nil {
		return Used{Document: document.Default()}, err
	}
	return t.used(), nil
}

func (t Template) used() Used {
	return Used{Slug: t.Slug, Revision: t.Revision.Number, Document: t.Revision.Template}
}
