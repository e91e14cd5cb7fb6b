package backstage

import (
	"regexp"
	"strings"
)

// userRef is a reference to an entity of the kind user with its namespace, as Backstage's
// catalog-model writes it (stringifyEntityRef). Kind and namespace are compared without
// regard to case there, and so is the name: it is read in lower case. A namespace is a DNS
// label; a name is up to 63 letters and digits with -, _ and . between them.
var userRef = regexp.MustCompile(`^user:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)/([a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?)$`)

// parseUser gives the reference in lower case and the name that people read, which has the
// namespace where that is not the default one. False for what is no reference to a user.
func parseUser(ref string) (subject, name string, ok bool) {
	for _, r := range ref {
		if r > '~' { // lower case of some other letters is ASCII
			return "", "", false
		}
	}
	subject = strings.ToLower(ref)
	parts := userRef.FindStringSubmatch(subject)
	if parts == nil {
		return "", "", false
	}
	if name = parts[2]; parts[1] != "default" {
		name = parts[1] + "/" + name
	}
	return subject, name, true
}
