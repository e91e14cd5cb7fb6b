package standin

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// caller is who makes a request.
type caller struct {
	key          string   // by whom limits count
	account      *account // as whom it acts; nil for nobody, and for an app itself
	app          *App     // an app itself, by its JWT
	installation *installation
	permissions  Permissions
	repositories []int64 // nil for all of the installation
}

// asApp are the operations that an app calls as itself.
var asApp = []string{
	"apps/get-authenticated", "apps/list-installations", "apps/get-installation", "apps/create-installation-access-token",
	"apps/get-org-installation", "apps/get-user-installation", "apps/get-repo-installation",
}

const undecoded = "A JSON web token could not be decoded"

// authenticate says who makes the request, or what it is answered.
func (g *GitHub) authenticate(r *http.Request, operation string) (caller, *reply) {
	scheme, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	badCredentials := failed(http.StatusUnauthorized, "Bad credentials")
	switch {
	case scheme == "":
		if slices.Contains(asApp, operation) {
			return caller{key: "nobody"}, failed(http.StatusUnauthorized, undecoded)
		}
		return caller{key: "nobody"}, nil
	case fold(scheme) != "token" && fold(scheme) != "bearer":
		return caller{key: "nobody"}, badCredentials
	case slices.Contains(asApp, operation):
		app, refused := g.appOf(credentials)
		if refused != "" {
			return caller{key: "nobody"}, failed(http.StatusUnauthorized, refused)
		}
		return caller{key: "app " + app.Slug, app: app}, nil
	}
	t := g.tokens[credentials]
	if t == nil || !t.expiresAt.IsZero() && !g.options.TokenClock().Before(t.expiresAt) {
		return caller{key: "nobody"}, badCredentials
	}
	if t.installation == nil {
		return caller{key: t.account.login, account: t.account}, nil
	}
	i := t.installation
	who := caller{
		key: "installation " + strconv.FormatInt(i.id, 10), account: i.app.bot,
		installation: i, permissions: t.permissions, repositories: t.repositories,
	}
	switch {
	case !slices.Contains(g.installations, i):
		return who, badCredentials
	case !i.suspendedAt.IsZero():
		return who, failed(http.StatusForbidden, "This installation has been suspended")
	}
	return who, nil
}

// appOf checks an app's JWT as "Generating a JSON Web Token (JWT) for a GitHub
// App" says, signed by the app's key and for ten minutes at most, and returns the
// app or what is answered.
func (g *GitHub) appOf(credentials string) (app *App, refused string) {
	var claims jwt.RegisteredClaims
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation()).ParseWithClaims(credentials, &claims, func(*jwt.Token) (any, error) {
		at := slices.IndexFunc(g.apps, func(a *App) bool { return strconv.FormatInt(a.ID, 10) == claims.Issuer })
		if at < 0 {
			return nil, errors.New("integration not found")
		}
		app = g.apps[at]
		return &app.key.PublicKey, nil
	})
	now := g.options.TokenClock()
	switch {
	case err != nil:
		return nil, undecoded
	case claims.ExpiresAt == nil || !claims.ExpiresAt.After(now):
		return nil, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	case claims.ExpiresAt.After(now.Add(10 * time.Minute)):
		return nil, "'Expiration time' claim ('exp') is too far in the future"
	case claims.IssuedAt == nil || claims.IssuedAt.After(now.Add(time.Minute)):
		return nil, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	}
	return app, ""
}

// role is what the caller may do in a repository by its role, or by the
// permissions of an installation, of which writing issues is a writer's.
func (c caller) role(r *repository) Role {
	if c.installation == nil {
		return r.role(c.account)
	}
	covered := c.installation.covers(r) && (c.repositories == nil || slices.Contains(c.repositories, r.id))
	switch {
	case covered && c.permissions.has("issues", "write"):
		return Write
	case covered:
		return Read
	default:
		return r.role(nil)
	}
}

// refusal is what an installation is answered that lacks a permission; nil when it
// has it, and for people, who have none.
func (c caller) refusal(r *repository, permission, level string) *reply {
	if c.installation == nil || level == "read" && !r.private || c.installation.covers(r) && c.permissions.has(permission, level) {
		return nil
	}
	answer := failed(http.StatusForbidden, "Resource not accessible by integration")
	answer.header.Set("X-Accepted-GitHub-Permissions", permission+"="+level)
	return answer
}
