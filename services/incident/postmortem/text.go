package postmortem

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
	"github.com/evenkeel/evenkeel/services/incident/search"
)

const maxNote = 200

// TextInput is a text that is to be saved, with what was changed in a few words.
type TextInput struct {
	Text string
	Note string
}

func (in TextInput) check(check *fault.Check) { in.checkAt(check, "/text") }

// checkAt is check of an input whose text is at the pointer.
func (in TextInput) checkAt(check *fault.Check, pointer string) {
	switch {
	case len(in.Text) > document.MaxText:
		check.Fail(pointer, nil, "must have at most %d bytes, has %d", document.MaxText, len(in.Text))
	case !utf8.ValidString(in.Text):
		check.Fail(pointer, nil, "must be valid UTF-8")
	case hidden.In(in.Text, '\n', '\t', '\r'):
		check.Fail(pointer, nil, "must not contain control characters, but for tabs and line feeds, nor characters that cannot be seen or change the direction of writing")
	}
	access.CheckLine(check, "/note", in.Note, 0, maxNote)
}

// Begin begins the postmortem of an incident as a draft, with a version 1 of its text that says what
// is known. Without a template, by its slug, it is that of the incident's severity.
//
// Faults: NotFound; Forbidden; Conflict "postmortem_begun"; Invalid.
func (s *Service) Begin(ctx context.Context, of id.ID, template string) (View, error) {
	now := clock.Round(s.Clock())
	var made View
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		i, err := s.About(ctx, of)
		if err != nil {
			return err
		}
		if err := s.mayWrite(ctx, i); err != nil {
			return err
		}
		p, err := s.enter(ctx, now, i)
		if err != nil {
			return err
		}
		if p.Status.Begun() {
			return fault.New(fault.Conflict, "postmortem_begun", "the postmortem of this incident was begun by somebody; it is %q", p.Status)
		}
		before := p
		if err := s.compose(ctx, now, i, &p, template); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, access.Update, object(i), "", before.record(), p.record()); err != nil {
			return err
		}
		made, err = s.view(ctx, i, p)
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("begin a postmortem: %w", err)
	}
	return made, nil
}

// enter returns the postmortem of the incident, held, which is there afterwards.
func (s *Service) enter(ctx context.Context, now time.Time, i incident.Incident) (Postmortem, error) {
	author, _ := access.AuthorFrom(ctx)
	_, err := s.Store.CreatePostmortem(ctx, Postmortem{
		ID: id.New(now), Incident: i.ID, Status: Waived, Review: noReview(),
		CreatedAt: now, CreatedBy: author.Name, UpdatedAt: now, UpdatedBy: author.Name, Version: 1,
	})
	if err != nil {
		return Postmortem{}, err
	}
	return s.Store.HoldPostmortem(ctx, i.ID)
}

// compose writes the first text, as the template has it.
func (s *Service) compose(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem, template string) error {
	used, err := s.templateFor(ctx, i, template)
	if err != nil {
		return err
	}
	known, err := s.known(ctx, i)
	if err != nil {
		return err
	}
	p.Status, p.Template, p.Review, p.Link = Draft, used, noReview(), nil
	if err := s.addText(ctx, now, p, TextInput{Text: fill(used.Document, known)}); err != nil {
		return err
	}
	return s.act(ctx, now, *p, ActBegun, "")
}

// addText writes the next version of the text, with the postmortem.
func (s *Service) addText(ctx context.Context, now time.Time, p *Postmortem, in TextInput) error {
	p.Text++
	if err := s.write(ctx, now, p); err != nil {
		return err
	}
	author, _ := access.AuthorFrom(ctx)
	err := s.Store.AddText(ctx, Text{
		ID: id.New(now), Postmortem: p.ID, Number: p.Text, Head: p.Version, Text: in.Text, Note: in.Note, At: now, Author: author.Name, Person: access.CallerFrom(ctx).Person,
	})
	if err != nil {
		return err
	}
	return s.index(ctx, now, *p, in.Text)
}

// index has the incident found by the words of the text.
func (s *Service) index(ctx context.Context, now time.Time, p Postmortem, text string) error {
	if s.Index == nil {
		return nil
	}
	i, err := s.Incidents.Get(ctx, p.Incident)
	if err != nil {
		return err
	}
	return s.Index.Put(ctx, []search.Document{{Kind: search.OfPostmortem, Subject: p.ID, Incident: p.Incident, Title: i.Title, Text: text, UpdatedAt: now}})
}

// Save saves the text as a new version. What is the same is none. In review, approvals of what
// it said before count no more; one that was approved is in review again.
//
// Faults: NotFound; Forbidden; Precondition with what somebody else changed; Conflict
// "postmortem_not_begun", "postmortem_published"; Invalid.
func (s *Service) Save(ctx context.Context, of id.ID, version int64, in TextInput) (View, error) {
	v, err := s.change(ctx, of, version, s.mayWrite, func(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem) error {
		switch {
		case !p.Status.Begun():
			return fault.New(fault.Conflict, "postmortem_not_begun", "nothing is written yet; begin the postmortem first")
		case p.Status == Published:
			return fault.New(fault.Conflict, "postmortem_published", "what is published stays as it is; reopen it, with a reason, to change it")
		}
		var check fault.Check
		in.check(&check)
		if err := check.Err(); err != nil {
			return err
		}
		was, err := s.Store.Text(ctx, p.ID, p.Text)
		if err != nil || was.Text == in.Text {
			return err
		}
		taken := p.Status == Approved
		if taken {
			p.Status = InReview
		}
		p.Review.Approvals = []Signature{}
		if err := s.addText(ctx, now, p, in); err != nil || !taken {
			return err
		}
		if err := s.act(ctx, now, *p, ActTakenBack, "the text was changed"); err != nil {
			return err
		}
		return s.tellReviewers(ctx, now, i, *p)
	})
	if err != nil {
		return View{}, fmt.Errorf("save the text of a postmortem: %w", err)
	}
	return v, nil
}

// Texts lists the versions of the text, the newest first, without what they say; NotFound.
func (s *Service) Texts(ctx context.Context, of id.ID, r page.Request) (page.Page[Text], error) {
	_, p, err := s.read(ctx, of)
	if err != nil {
		return page.Page[Text]{}, fmt.Errorf("list the versions of a postmortem: %w", err)
	}
	return s.Store.Texts(ctx, p.ID, r)
}

// TextOf returns a version of the text; NotFound.
func (s *Service) TextOf(ctx context.Context, of id.ID, number int) (Text, error) {
	_, p, err := s.read(ctx, of)
	if err != nil {
		return Text{}, fmt.Errorf("read a version of a postmortem: %w", err)
	}
	return s.Store.Text(ctx, p.ID, number)
}

// Diff returns what differs between two versions of the text, as a unified diff; empty where nothing
// does. Without from it is the version before. NotFound.
func (s *Service) Diff(ctx context.Context, of id.ID, from, to int) (string, error) {
	after, err := s.TextOf(ctx, of, to)
	if err != nil {
		return "", err
	}
	if from == 0 {
		from = to - 1
	}
	if from == 0 {
		return diff(Text{}, after), nil
	}
	before, err := s.TextOf(ctx, of, from)
	if err != nil {
		return "", err
	}
	return diff(before, after), nil
}
