package given

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// Declarations lists what can be given, by name.
func (s *Service) Declarations(ctx context.Context, r page.Request) (page.Page[Declaration], error) {
	none := page.Page[Declaration]{}
	if err := s.mayRead(ctx, access.KindFact); err != nil {
		return none, err
	}
	key, err := r.Key(nil, 1)
	if err != nil {
		return none, err
	}
	all, err := s.declared(ctx)
	if err != nil {
		return none, err
	}
	slices.SortFunc(all, func(a, b Declaration) int { return strings.Compare(a.Name, b.Name) })
	if key != nil {
		all = slices.DeleteFunc(all, func(d Declaration) bool { return d.Name <= key[0] })
	}
	return page.Cut(r, nil, all[:min(len(all), r.Size()+1)], func(d Declaration) []string { return []string{d.Name} }), nil
}

// Declaration returns that of the name; NotFound.
func (s *Service) Declaration(ctx context.Context, name string) (Declaration, error) {
	if err := s.mayRead(ctx, access.KindFact); err != nil {
		return Declaration{}, err
	}
	all, err := s.declared(ctx)
	if err != nil {
		return Declaration{}, err
	}
	if i := slices.IndexFunc(all, func(d Declaration) bool { return d.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Declaration{}, s.missing(name)
}

// DeclarationByID returns one of an administrator; NotFound.
func (s *Service) DeclarationByID(ctx context.Context, of id.ID) (Declaration, error) {
	if err := s.mayRead(ctx, access.KindFact); err != nil {
		return Declaration{}, err
	}
	all, err := s.declared(ctx)
	if err != nil {
		return Declaration{}, err
	}
	if i := slices.IndexFunc(all, func(d Declaration) bool { return d.ID == of && of != "" }); i >= 0 {
		return all[i], nil
	}
	return Declaration{}, fault.Missing("fact", string(of))
}

func (s *Service) mayRead(ctx context.Context, kind access.Kind) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: kind})
}

// Declare declares a fact. For administrators.
//
// Faults: Forbidden; Conflict "fact_declared", "too_many_facts"; Invalid with every broken rule.
func (s *Service) Declare(ctx context.Context, name string, t Terms) (Declaration, error) {
	now := clock.Round(s.Clock())
	author, _ := access.AuthorFrom(ctx)
	d := Declaration{
		ID: id.New(now), Name: name, Terms: t.settled(),
		CreatedAt: now, CreatedBy: author.Name, UpdatedAt: now, UpdatedBy: author.Name, Version: 1,
	}
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Authorizer.Authorize(ctx, access.Create, d.object()); err != nil {
			return err
		}
		var check fault.Check
		checkName(&check, name, d.Type)
		if by := s.teller(name); by != "" {
			check.Fail("/name", name, "is the name of a fact that %s tells; call it otherwise", by)
		} else if _, known := builtin(name); known {
			check.Fail("/name", name, "is the name of a fact that is built in; call it otherwise")
		}
		d.Terms.check(&check)
		if err := check.Err(); err != nil {
			return err
		}
		stored, err := s.Store.Declarations(ctx)
		if err != nil {
			return err
		}
		if len(stored) >= maxDeclared {
			return fault.New(fault.Conflict, "too_many_facts", "%d facts are declared, which is as many as there may be", len(stored))
		}
		if err := s.Store.CreateDeclaration(ctx, d); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, d.object(), "", nil, d.record())
	})
	if err != nil {
		return Declaration{}, fmt.Errorf("declare a fact: %w", err)
	}
	return d, nil
}

// Revise replaces what is declared of a fact, but for its type, given the version that the caller saw.
// What was given holds on as it does; what is not among the values any more is not known. For
// administrators.
//
// Faults: NotFound; Forbidden; Conflict "fact_built_in"; Precondition; Invalid.
func (s *Service) Revise(ctx context.Context, name string, version int64, t Terms) (Declaration, error) {
	now := clock.Round(s.Clock())
	var after Declaration
	err := s.change(ctx, access.Update, name, version, func(ctx context.Context, before Declaration) error {
		author, _ := access.AuthorFrom(ctx)
		after = before
		after.Terms, after.UpdatedAt, after.UpdatedBy = t.settled(), now, author.Name
		var check fault.Check
		after.Type = before.Type
		after.Terms.check(&check)
		check.Require(t.Type == "" || t.Type == before.Type, "/type", string(t.Type), "must stay %q, or be left out: declare another fact for another type", before.Type)
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.Store.UpdateDeclaration(ctx, after); err != nil {
			return err
		}
		after.Version++
		if !slices.Equal(before.Values, after.Values) { // what was known may not be any more, and the reverse
			of, err := s.Store.ServicesOf(ctx, name)
			if err != nil {
				return err
			}
			if err := s.due(ctx, of...); err != nil {
				return err
			}
		}
		return s.Recorder.RecordDiff(ctx, access.Update, after.object(), "", before.record(), after.record())
	})
	if err != nil {
		return Declaration{}, fmt.Errorf("revise a declared fact: %w", err)
	}
	return after, nil
}

// Remove removes a declared fact that no scorecard reads, with what was pushed of it, and ends its
// attestations. For administrators.
//
// Faults: NotFound; Forbidden; Conflict "fact_built_in", "fact_in_use"; Precondition.
func (s *Service) Remove(ctx context.Context, name string, version int64) error {
	now := clock.Round(s.Clock())
	err := s.change(ctx, access.Delete, name, version, func(ctx context.Context, before Declaration) error {
		if s.Readers != nil {
			readers, err := s.Readers.ReadersOf(ctx, name)
			if err != nil {
				return fmt.Errorf("ask who reads the fact %s: %w", name, err)
			}
			if len(readers) > 0 {
				return fault.New(fault.Conflict, "fact_in_use", "the fact %q is read by %s; change that first", name, strings.Join(readers, ", "))
			}
		}
		end := Ending{At: now, How: Removed, By: access.CallerFrom(ctx).Name, Reason: "the fact is declared no more"}
		if err := s.Store.DeleteDeclaration(ctx, before, end); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, before.object(), "", before.record(), nil)
	})
	if err != nil {
		return fmt.Errorf("remove a declared fact: %w", err)
	}
	return nil
}

// change does something with a stored declaration, in a transaction, once the caller may.
func (s *Service) change(ctx context.Context, verb access.Verb, name string, version int64, do func(ctx context.Context, before Declaration) error) error {
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		if d, known := builtin(name); known {
			if err := s.Authorizer.Authorize(ctx, verb, d.object()); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "fact_built_in", "the fact %q is built in, and is not changed", name)
		}
		before, err := s.Store.Declaration(ctx, name)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, before.object()); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("declared fact")
		}
		return do(ctx, before)
	})
}
