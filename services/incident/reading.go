package incident

import "github.com/evenkeel/evenkeel/services/access"

// ReadBy reports whether the person may know of the incident, whoever the caller is.
func (i Incident) ReadBy(person access.Person) bool {
	return !i.Restricted || person.Administrator || i.named(person.ID)
}
