package catalog

// identify says which known entity one that is told is: that of its UID, whatever it is called now;
// else that of its reference, which a catalog that was imported anew gives another UID. beside is
// another living entity that is called so and cannot be any more. Both are nil for none.
func identify(t Told, byUID, byRef *Entity) (is, beside *Entity) {
	switch {
	case byUID == nil:
		return byRef, nil
	case byRef != nil && byRef.ID != byUID.ID:
		return byUID, byRef
	default:
		return byUID, nil
	}
}

// newcomer reports whether a user is told by a name that is known as somebody's whom a full sync may
// still tell: they are one in a catalog that was imported anew, which gives another UID, and two
// where the other is called otherwise now. Until a full sync has told all they stand for the other,
// of whom nothing changes, in an entity of their own, so that the other's is there for who comes back.
func newcomer(s Sync, is *Entity, t Told) bool {
	return is != nil && t.Kind == User && is.Kind == User && is.UID != t.UID && (!s.Full || awaited(s, *is))
}

// provisional reports whether the entity is a newcomer that stands for somebody who was called so.
func (e Entity) provisional() bool {
	return e.Kind == User && e.GoneAt == nil && e.State == Deferred && e.Resource != ""
}

// awaited reports whether the sync may still tell the entity, or find it gone.
func awaited(s Sync, e Entity) bool {
	return s.Full && e.Portal == s.Portal && e.GoneAt == nil && e.SeenAt.Before(s.StartedAt)
}

// Place is where entities of a kind are declared.
type Place struct {
	Kind   Kind
	Origin string
}

// place is where the entity is declared.
func (t Told) place() Place { return Place{t.Kind, t.Origin} }

// followed reports whether an entity of the kind can be another's heir by where it is declared. A user
// cannot: who takes a place in a file may be somebody else, who would sign in as whom they followed.
func (k Kind) followed() bool { return k != User }

// The bounds of what a catalog may lose at once: an empty one takes nothing away.
const (
	shrinkAbove = 10 // links of a kind
	shrinkShare = 5  // one in so many
)

// shrinks reports whether ending so many of a kind's links is more than a catalog loses by itself.
func shrinks(ending, links int) bool { return ending > shrinkAbove && ending*shrinkShare > links }
