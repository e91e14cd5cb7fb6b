package catalog

import (
	"cmp"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
)

// defaultTier is that of a service of which nobody said how critical it is.
const defaultTier = 3

// Checked is the entity as it is taken: without spaces around its texts and with references in lower
// case. The error is an Invalid fault with all that is wrong with it by itself.
func (t Told) Checked() (Told, error) {
	t = t.tidy()
	var check fault.Check
	if t.named(&check) {
		t.check(&check)
	}
	return t, check.Err()
}

// ShortName is the slug of the thing that the entity is; it may be longer than a slug can be.
func (t Told) ShortName() string { return t.slug() }

// Name is what the thing that the entity is is called.
func (t Told) Name() string { return cmp.Or(t.Title, nameOf(t.Ref)) }

// ShortNameOf is the slug of the thing that a reference leads to, where no annotation says otherwise;
// empty where it is no reference.
func ShortNameOf(ref string) string { return slugOf(ref) }

// Profile is what a component says of a service of which nobody else has said anything: the type is a
// guess at what sort of service it is, and a word for its life that nobody knows is passed over.
func (t Told) Profile() registry.Profile {
	p := registry.Profile{
		Name: t.Name(), Description: t.Description, Kind: kind(t.Type), Tier: cmp.Or(t.Tier, defaultTier), Lifecycle: registry.Production,
		Repository: t.Repository, Docs: t.Docs, Dashboard: t.Dashboard, Runbook: t.Runbook, OnCall: t.OnCall,
	}
	if t.ServiceKind != "" {
		p.Kind = registry.Kind(t.ServiceKind)
	}
	if l, known := lifecycle(t.Lifecycle); known {
		p.Lifecycle = l
	}
	return p
}

// KnowsLifecycle reports whether the entity's word for where it is in its life is understood.
func (t Told) KnowsLifecycle() bool {
	_, known := lifecycle(t.Lifecycle)
	return known
}
