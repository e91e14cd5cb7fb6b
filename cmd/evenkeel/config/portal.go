package config

import (
	"net/url"
	"regexp"

	"github.com/evenkeel/evenkeel/services/access/backstage"
)

// Portal says which Backstage portal is believed, and what.
type Portal struct {
	URL        string `koanf:"url" default:"" shown:"no portal" doc:"The address of the portal (app.baseUrl of Backstage, to the letter), such as https://portal.example.com. It is the issuer of the identities by which the portal's users are known here: with another address they are other people. It has to be https, but on this machine. Empty means that no portal's token is taken."`
	APIURL     string `koanf:"apiURL" default:"" shown:"url" doc:"The address at which this process reaches the portal's backend for its keys, where that is not url: backend.baseUrl of Backstage, or a service in the same cluster. The same rules hold for it."`
	Audience   string `koanf:"audience" default:"evenkeel-api" doc:"What the portal's plugins call this API: the targetPluginId for which they ask for tokens (evenkeel.audience in the portal). A token for another target is refused."`
	Plugins    List   `koanf:"plugins" default:"evenkeel, scaffolder" doc:"The plugins, by id, that may act for the users of the portal: the backend plugin that its pages speak through, and the scaffolder, whose templates register services. Each of them is trusted to pass on what users ask, and nothing else."`
	OwnPlugins List   `koanf:"ownPlugins" default:"catalog, search, evenkeel" doc:"The plugins, by id, that may call by themselves, for nobody: they read what the organisation reads, and tell what the catalog says. Not the scaffolder, which acts for people."`
	Leavers    string `koanf:"leavers" default:"keep" oneof:"keep,deactivate" doc:"What becomes of a person whom the catalog tells no more: keep has them leave the teams that the catalog put them in, and no more; deactivate ends their tokens and sessions as well, unless they administer Evenkeel. Whoever was deactivated does not come back by the catalog."`
}

// pluginID is what Backstage takes for the id of a plugin (PluginTokenHandler.ts), in the
// lower case in which all are written.
var pluginID = regexp.MustCompile(`^[a-z0-9_-]{1,100}$`)

// isPortal reports whether the address is one to get keys from: where others are on the
// way, they could hand out theirs.
func isPortal(address string) bool {
	u, err := url.Parse(address)
	return isHTTP(address) && err == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && (u.Scheme == "https" || backstage.IsOnLoopback(address))
}

// check states the rules that a tag cannot.
func (p Portal) check(require func(ok bool, key string, value any, format string, args ...any)) {
	const form = "must be https:// and a host, with a path if need be, without query, fragment or user, such as https://portal.example.com; http:// is for this machine alone"
	require(p.URL == "" || isPortal(p.URL) && len(p.URL) <= 255, "portal.url", p.URL, form)
	require(p.APIURL == "" || isPortal(p.APIURL), "portal.apiURL", p.APIURL, form)
	require(p.APIURL == "" || p.URL != "", "portal.apiURL", p.APIURL, "is given without portal.url, under which the portal's users are known")
	require(isLabel(p.Audience), "portal.audience", p.Audience, "must be 1 to 253 printable characters without spaces")
	for key, list := range map[string]List{"portal.plugins": p.Plugins, "portal.ownPlugins": p.OwnPlugins} {
		for _, plugin := range list {
			require(pluginID.MatchString(plugin), key, plugin, "must be ids of plugins: lower-case letters, digits, - and _")
		}
	}
}
