package main

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/slo"
)

// manifest reads an SLO of ours; documents of our other kinds are passed over, for nothing of
// teams, systems and services is in rules.
func (c *composed) manifest(d yamldoc.Document) error {
	if kind := manifest.Kind(d.Head("kind")); kind != manifest.KindSLO && slices.Contains(manifest.Kinds, kind) {
		return nil
	}
	m, err := api.ReadManifest(d)
	if err != nil {
		return err
	}
	s, is := m.Thing.(manifest.SLO)
	if !is {
		return fmt.Errorf("a manifest was read as %T, and is of an SLO", m.Thing)
	}
	if err := s.Validate(); err != nil {
		return d.Check(err)
	}
	return d.Check(c.declared(d, s.Service, s.Complete(), yamldoc.APIVersion, "cli-gen-evenkeel"))
}

// declared makes the rules of a declaration, which is complete. One that is right and that no
// rules can say is told, and left out, as a server leaves it out. Pointers of the error are those
// of a declaration.
func (c *composed) declared(d yamldoc.Document, service string, is slo.Declaration, spec, mode string) error {
	s, err := promrules.Of(service, is, c.now)
	var groups []promrules.Group
	if err == nil {
		groups, err = c.groupsOf(d, s, spec, mode)
	}
	switch refused := fault.As(err); {
	case refused != nil && refused.Code == prometheus.NotPromQL:
		c.leave(d, promrules.Left{Service: service, SLO: is.Slug, Message: refused.Message})
	case err != nil:
		return err
	case len(groups) > 0:
		c.add(d, groups, c.serviceObject(service), false)
	}
	return nil
}

// leave tells what has no place in rules.
func (c *composed) leave(d yamldoc.Document, of promrules.Left) {
	line, column := d.Line("")
	c.say(c.file, yamldoc.Problem{Document: d.Number, Line: line, Column: column, Message: of.Service + "/" + of.SLO + ": " + of.Message})
}
