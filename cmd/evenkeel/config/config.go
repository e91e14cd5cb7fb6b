// Package config holds Evenkeel's configuration: one typed struct, whose tags
// are the only place where a key, its default, its bounds and its meaning are
// written down. Defaults are overridden by a YAML file, the file by the
// environment, the environment by flags; every fault of all of them is reported
// at once, and each value knows where it came from. Nothing here opens a
// database, listens or logs.
package config

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"time"
)

//go:generate go run ./genreference ../../../docs/reference/configuration.md

// Config is the effective configuration. A Config that Load returned keeps every
// rule that its tags and rules.go state.
type Config struct {
	Listen             string        `koanf:"listen" default:"127.0.0.1:8080" doc:"The address on which the API and the dashboard listen, as host:port. Port 0 takes any free port. Only this machine can reach the default; another address has to be asked for, and is logged."`
	PublicURL          string        `koanf:"publicURL" default:"" shown:"made of listen" doc:"The address under which people and programs reach Evenkeel, used in links. It has no path: Evenkeel answers at the root of a host."`
	TrustedProxies     Networks      `koanf:"trustedProxies" default:"" shown:"none" doc:"The networks of proxies in front of Evenkeel, such as 10.0.0.7/32, fd00::/8. Of a request that comes from one, the client's address is the rightmost in the header of trustedProxyHeader that is in none of them; of any other, the header is not looked at, for anybody can send it. Whoever can send requests from these networks can claim to be at any address."`
	TrustedProxyHeader string        `koanf:"trustedProxyHeader" default:"X-Forwarded-For" oneof:"X-Forwarded-For,Forwarded" doc:"The header in which trustedProxies tell of the client: X-Forwarded-For, or Forwarded as in RFC 7239. Each of them has to set it or to append to it. No other header is looked at."`
	DataDir            string        `koanf:"dataDir" default:"./data" doc:"The directory of the SQLite database and of the administrator's first token. It is made when it does not exist. One process at a time may use it."`
	Instance           string        `koanf:"instance" default:"" shown:"the host's name" doc:"The name of this process among the replicas of an installation: it marks leases, runs of jobs and logs, and has to differ between replicas."`
	DrainDelay         time.Duration `koanf:"drainDelay" default:"0s" min:"0s" max:"5m" doc:"How long requests are still taken after the signal to stop, while /readyz says that no more should come: as long as a load balancer needs to notice."`
	DrainTimeout       time.Duration `koanf:"drainTimeout" default:"30s" min:"0s" max:"10m" doc:"How long requests and jobs under way may take to finish after the signal to stop."`
	SessionLifetime    time.Duration `koanf:"sessionLifetime" default:"12h" min:"5m" max:"30d" doc:"How long somebody stays signed in to the dashboard."`
	SecretsDir         string        `koanf:"secretsDir" default:"" shown:"none" doc:"The directory of the secrets that data sources and notification targets name: prom-token is the file of that name in it, else the variable EVENKEEL_SECRET_PROM_TOKEN. Each is read whenever it is needed, so that a changed one is used at once. Links out of the directory are not followed."`
	TokenLifetime      time.Duration `koanf:"tokenLifetime" default:"90d" min:"1h" max:"365d" doc:"How long a token lives that was made without an expiry of its own."`

	Database  Database  `koanf:"database" doc:"Where everything is kept."`
	Backup    Backup    `koanf:"backup" doc:"Backups of SQLite. PostgreSQL is backed up by its own tools."`
	Log       Log       `koanf:"log" doc:"What is logged, to standard error."`
	Telemetry Telemetry `koanf:"telemetry" doc:"Traces, and what the metrics at /metrics tell."`
	Jobs      Jobs      `koanf:"jobs" doc:"What runs by the clock."`
	Limits    Limits    `koanf:"limits" doc:"Bounds that protect the process from its callers."`

	DataSources DataSources `koanf:"dataSources" doc:"Where data sources may be. Addresses are judged when they are dialled, whatever name led to them. Link-local ones, those that clouds describe their machines at, and others that nobody serves anything at are refused whatever is said here."`

	GitHub GitHub `koanf:"github" doc:"Where issues are opened, and as whom. Without a token and without an App they stay drafts, which can be read as they would be opened."`

	Incidents Incidents `koanf:"incidents" doc:"From where incidents are taken over that were declared elsewhere, each from a webhook to /webhooks/incidents/ and the source. A source without a secret is not received. What a source calls services and severities is compared without regard to case and punctuation: API Service and api-service are the same."`

	Portal Portal `koanf:"portal" doc:"The Backstage portal whose plugins call this API, for people or by themselves. Their tokens are verified with the portal's own keys; nothing else that they send says who calls."`

	OIDC OIDC `koanf:"oidc" doc:"The OpenID provider by which people sign in, to the pages and on the command line. Links of administrators go on to work beside it."`

	Workloads Workloads `koanf:"workloads" doc:"Whose tokens workloads can bring in place of a token of Evenkeel: of a pipeline's job, of a cluster's service account."`

	Notifications Notifications `koanf:"notifications" doc:"Whether and where events are told. Which events go where is for teams to say, in notification targets."`

	SMTP SMTP `koanf:"smtp" doc:"The server through which e-mail is sent. Without one none is."`

	Suggestions Suggestions `koanf:"suggestions" doc:"What SLOs are suggested from data sources."`

	Policy Policy `koanf:"policy" doc:"What error-budget policies go by."`

	Postmortems Postmortems `koanf:"postmortems" doc:"Of which incidents a postmortem is asked for, once they are resolved, and by when it is reviewed. Whatever is said here, anybody can ask for one."`

	Adoption Adoption `koanf:"adoption" doc:"What the platform team is told of how far Evenkeel is taken up."`

	Audit Audit `koanf:"audit" doc:"Where the head of the sealed audit log is put, out of reach of whoever can write the database: see docs/explanation/audit.md."`

	Encryption Encryption `koanf:"encryption" doc:"The key under which what is secret is encrypted in the database: the keys that Evenkeel signs with."`

	Retention Retention `koanf:"retention" doc:"How long things are kept before the job prune removes them."`
}

// Database says where everything is kept.
type Database struct {
	URL            Secret `koanf:"url" default:"" shown:"SQLite in dataDir" doc:"The PostgreSQL database, as postgres://user:password@host:port/name?sslmode=…. Empty means SQLite in dataDir."`
	MaxConnections int    `koanf:"maxConnections" default:"20" min:"2" max:"1000" doc:"The most connections that this process opens to PostgreSQL. SQLite has pools of its own and ignores it."`
}

// Backup says where backups of SQLite go.
type Backup struct {
	Dir  string `koanf:"dir" default:"" shown:"no backups" doc:"The directory into which the job back-up writes a copy of the database each night, while it is in use. Best on another disk than dataDir, and from there taken to another place. Whoever reads a backup reads everything."`
	Keep int    `koanf:"keep" default:"7" min:"1" max:"1000" doc:"How many backups are kept, the newest."`
}

// Log says what is logged.
type Log struct {
	Level  slog.Level `koanf:"level" default:"info" oneof:"debug,info,warn,error" doc:"The least severe level that is logged."`
	Format string     `koanf:"format" default:"text" oneof:"text,json" doc:"How a line of the log is written: for people or for programs."`
}

// Telemetry says where traces go, and what metrics tell.
type Telemetry struct {
	OTLPEndpoint string `koanf:"otlpEndpoint" default:"" shown:"no traces" doc:"The base address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://localhost:4318. Empty means that nothing is traced."`

	ServiceMetrics      bool `koanf:"serviceMetrics" default:"false" doc:"Whether /metrics tells of each SLO its budget, burn rates and state, and of each service its place on scorecards, by the slugs of team, service and SLO. Whoever reaches /metrics reads them."`
	ServiceMetricsLimit int  `koanf:"serviceMetricsLimit" default:"2000" min:"1" max:"100000" doc:"Of how many SLOs and places on scorecards it tells, the first by slug; each is some ten series on every replica."`
}

// Jobs says what runs by the clock.
type Jobs struct {
	Enabled   bool              `koanf:"enabled" default:"true" doc:"Whether this process runs jobs by their schedules. It runs those that an administrator asks for either way."`
	LeaseTTL  time.Duration     `koanf:"leaseTTL" default:"60s" min:"5s" max:"10m" doc:"How long a replica has a job to itself without renewing its lease: after a crash, the job waits that long before another replica goes on."`
	Schedules map[string]string `koanf:"schedules" default:"" shown:"each job's own" holds:"job=schedule" example:"evaluate-budgets=@every 1m" doc:"Schedules that replace the jobs' own: a job's name, and five cron fields in UTC (\"*/5 * * * *\") or a word (\"@hourly\", \"@every 1m\")."`
}

// Limits are bounds that protect the process.
type Limits struct {
	MaxBody        Bytes         `koanf:"maxBody" default:"8MiB" min:"1KiB" max:"256MiB" doc:"The largest body of a request, as it is sent; a larger one is refused with 413. No operation takes more, and some take less whatever is said here: a push of measurements 8 MiB, an export of OpenTelemetry 16 MiB, which is also the most that one may be unpacked."`
	RequestTimeout time.Duration `koanf:"requestTimeout" default:"30s" min:"1s" max:"1m" doc:"How long a request may take before it is given up with 503, such as one that waits for a database that does not answer."`
	MaxConnections int           `koanf:"maxConnections" default:"1024" min:"1" max:"1000000" doc:"The most connections open at one time; further ones wait."`
	// The burst has a bound for its states are kept ready to be told, see api/admission.
	RequestsPerSecond int `koanf:"requestsPerSecond" default:"100" min:"0" max:"1000000" doc:"How many requests each caller may make each second, on average; what is over that is refused with 429. A caller is a person, a team's workloads, or, without a token, an address. 0 sets no quota. Each replica counts for itself."`
	Burst             int `koanf:"burst" default:"200" min:"1" max:"10000" doc:"How many of them a caller may make at once, after it was quiet."`
}

// Policy says what error-budget policies go by.
type Policy struct {
	SecondPersonAbove    int `koanf:"secondPersonAbove" default:"50" min:"0" max:"100" doc:"From above which consumption of an SLO's budget of 28 days, in percent, what relaxes the SLO has to be approved by another person. While a violation of it is open it has to be anyway."`
	SecondPersonGiveBack int `koanf:"secondPersonGiveBack" default:"10" min:"0" max:"100" doc:"How many percent of an SLO's budget corrections may give back, together, without another person's approval."`
}

// Postmortems says of which incidents postmortems are asked for, and by when they are reviewed.
type Postmortems struct {
	Severities       List          `koanf:"severities" default:"sev1,sev2" doc:"The severities of incidents of which one is asked for, of sev1 to sev4."`
	DataLoss         bool          `koanf:"dataLoss" default:"true" doc:"Whether one is asked for wherever data was lost."`
	OnCallSeverities List          `koanf:"onCallSeverities" default:"sev1,sev2,sev3" doc:"The severities of which one is asked for where somebody on call had to act. Without sev4: small incidents are what being on call is for."`
	Policy           bool          `koanf:"policy" default:"true" doc:"Whether one is asked for where a clause of an error-budget policy does, of the incidents that took more than a fifth of the budget."`
	Sev1             time.Duration `koanf:"sev1" default:"3d" min:"1h" max:"90d" doc:"Within which time after it was resolved the postmortem of a sev1 is reviewed."`
	Sev2WorkingDays  int           `koanf:"sev2WorkingDays" default:"5" min:"1" max:"90" doc:"Within how many working days that of a sev2 is, from Monday to Friday in UTC."`
	WorkingDays      int           `koanf:"workingDays" default:"10" min:"1" max:"90" doc:"Within how many working days those of others are, where one is asked for."`
}

// DataSources says which addresses of data sources may be dialled.
type DataSources struct {
	AllowLoopback bool     `koanf:"allowLoopback" default:"false" shown:"whether listen is a loopback address" doc:"Whether data sources may be on this machine's own loopback addresses. Where only this machine can reach Evenkeel, whoever could ask for that is on it anyway; a server that others reach has services on loopback that trust whoever is there."`
	DenyCIDRs     Networks `koanf:"denyCIDRs" default:"" shown:"none" doc:"Networks in which no data source may be, such as 10.0.0.0/8, fd00::/8. They win over allowCIDRs."`
	AllowCIDRs    Networks `koanf:"allowCIDRs" default:"" shown:"every network" doc:"The only networks in which data sources may be. They narrow what is allowed and never widen it: a loopback address needs allowLoopback too."`
}

// GitHub says where issues are opened, as whom, and how much of it.
type GitHub struct {
	Token         Secret `koanf:"token" default:"" shown:"none" doc:"A personal access token that may write issues, for an installation without an App: what it opens is opened by the person whose token it is. Give a token or an App, not both."`
	AppID         int    `koanf:"appID" default:"0" shown:"none" min:"0" max:"9007199254740991" doc:"The number of the GitHub App that opens issues, from the page of its settings. It finds its installation for each owner of repositories by itself."`
	PrivateKey    Secret `koanf:"privateKey" default:"" shown:"none" doc:"The App's private key, in PEM, as its settings give it for download; best as the path of that file."`
	WebhookSecret Secret `koanf:"webhookSecret" default:"" shown:"none" doc:"The secret with which GitHub signs webhooks, the same as in the App's settings, of at least 16 characters. Without one webhooks are refused, and what people do to issues is seen within the hour."`
	// FormerWebhookSecret is for while the secret is changed at GitHub.
	FormerWebhookSecret Secret `koanf:"formerWebhookSecret" default:"" shown:"none" doc:"The secret that github.webhookSecret replaces: while it is given, webhooks that are signed with it are taken as well, so that none is lost until GitHub has the new one. Take it away then."`

	BaseURL string `koanf:"baseURL" default:"" shown:"GitHub.com" doc:"The address of a GitHub Enterprise, such as https://github.example.com, or https://api.example.ghe.com with data residency. It may be in a private network. Empty means GitHub.com, which is reached at public addresses alone."`
	CAFile  string `koanf:"caFile" default:"" shown:"those that the system trusts" doc:"A file with the certificates, in PEM, of those who may sign that of a GitHub Enterprise."`

	Mode        string            `koanf:"mode" default:"observe" oneof:"observe,warn,enforce" doc:"How far issues go. observe: they stay drafts. warn: they are opened and kept up to date, and only people close them. enforce: they are closed and reopened as the policy says."`
	Modes       map[string]string `koanf:"modes" default:"" shown:"mode for all" holds:"kind=mode" example:"budget_violation=warn" doc:"Modes of single kinds of issues, in place of mode."`
	Paused      bool              `koanf:"paused" default:"false" doc:"Whether nothing at all is sent to GitHub. What is wanted is kept, and sent when it is false again."`
	PausedKinds List              `koanf:"pausedKinds" default:"" shown:"none" doc:"The kinds of issues of which nothing is sent, likewise."`

	MaxDaily        int `koanf:"maxDaily" default:"200" min:"1" max:"10000" doc:"The most issues that are opened in 24 hours; further ones wait."`
	MaxPerTeamDaily int `koanf:"maxPerTeamDaily" default:"20" min:"1" max:"10000" doc:"The most issues that are opened in 24 hours for the services of one team; further ones wait."`

	GroupFrom int `koanf:"groupFrom" default:"10" min:"2" max:"1000" doc:"From how many issues on that are to be opened in a repository at once one is opened that tells of them all. What comes within an hour joins it."`

	DefaultRepository string `koanf:"defaultRepository" default:"" shown:"none" doc:"The address of the repository for issues of services that name none, and whose team names none."`
	PublicKinds       List   `koanf:"publicKinds" default:"" shown:"none" doc:"The kinds of issues that may be opened in public repositories, where everybody reads them. Issues of other kinds pass public repositories over."`
	Owners            List   `koanf:"owners" default:"" shown:"all that are seen" doc:"The organisations and people whose repositories are looked through for services to be onboarded. Empty means all that the App is installed for, or the token sees."`

	Environments List `koanf:"environments" default:"production" doc:"The environments, by name, of which GitHub's deployments become changes of the services whose repository it is; those that GitHub marks as production environments do so as well."`

	ToilLabel string `koanf:"toilLabel" default:"toil" shown:"toil" doc:"The label, in whatever case, by which people mark issues of their own as toil: closed ones are proposed to the team of the service whose repository it is, to be logged. Webhooks tell of them. Empty proposes none."`

	Spacing time.Duration `koanf:"spacing" default:"1s" min:"1s" max:"1m" doc:"The least time between two writes of one installation or token. GitHub asks for a second."`
	Hold    time.Duration `koanf:"hold" default:"5m" min:"1m" max:"24h" doc:"How long an issue whose making got no answer is looked for before it is made again. While GitHub's list lags less, no issue is made twice."`
	Misses  int           `koanf:"misses" default:"3" min:"1" max:"20" doc:"How often it has to be looked for in that time, and not be found."`
}

// Notifications says whether and where events are told.
type Notifications struct {
	Mode          string   `koanf:"mode" default:"on" oneof:"off,observe,on" doc:"How far notifications go. off: events are kept and told to nobody. observe: what would be sent where is written down, and not sent. on: it is sent."`
	PerHour       int      `koanf:"perHour" default:"30" min:"2" max:"10000" doc:"The most messages that a notification target gets within an hour; what is more is gathered into one. An Alertmanager, which groups by itself, gets all."`
	AllowLoopback bool     `koanf:"allowLoopback" default:"false" shown:"whether listen is a loopback address" doc:"Whether notification targets may be on this machine's own loopback addresses."`
	AllowCIDRs    Networks `koanf:"allowCIDRs" default:"" shown:"none" doc:"The private networks in which notification targets may be, beside public addresses, such as 10.0.7.0/24 for an Alertmanager. Every team may add targets: without this, none of them leads into the network that Evenkeel is in."`
}

// SMTP says through which server e-mail is sent, and as whom.
type SMTP struct {
	Host     string `koanf:"host" default:"" shown:"none" doc:"The server's name, such as smtp.example.com. It may be in a private network."`
	Port     int    `koanf:"port" default:"587" min:"1" max:"65535" doc:"Its port."`
	Security string `koanf:"security" default:"starttls" oneof:"starttls,tls,none" doc:"How the connection is kept from others: starttls has to be offered; tls is spoken from the first byte, as on port 465; none is for a server on this machine."`
	Username string `koanf:"username" default:"" shown:"none" doc:"The name to sign in with; empty where the server asks for none."`
	Password Secret `koanf:"password" default:"" shown:"none" doc:"The password to it."`
	From     string `koanf:"from" default:"" shown:"none" doc:"The address that e-mail comes from, such as evenkeel@example.com."`
}

// Suggestions says what SLOs are suggested by.
type Suggestions struct {
	Templates string `koanf:"templates" default:"" shown:"the built-in ones" doc:"A YAML file of templates for suggestions, in the form of the built-in ones: one of the same name overrides a built-in one, or drops it with disabled: true; others are added. It is read when the program starts."`
}

// Adoption says what is noted of who uses Evenkeel.
type Adoption struct {
	People string `koanf:"people" default:"named" oneof:"named,counted,nothing" doc:"What is noted of people's use: the days on which each came, and by which way in, not what they looked at. named: administrators are also told who did not come back; counted: people are counted, and nobody is told who they are; nothing: it is not noted, and figures of people stay empty. Where a works council has a say, ask it."`
}

// Retention says how long things are kept.
type Retention struct {
	Measurements    time.Duration `koanf:"measurements" default:"3660d" min:"500d" max:"3660d" doc:"How long measurements are kept: every slot for 430 days, as windows of a calendar year and corrections of it need them, then sums of hours for three years, then sums of days. Single slots go a month at a time, so that they are there for 500 days at most, and less is refused."`
	Runs            time.Duration `koanf:"runs" default:"30d" min:"1d" max:"3660d" doc:"How long the runs of jobs that failed, were abandoned or were asked for are kept, and finished backfills. The newest run of each job is always kept."`
	RoutineRuns     time.Duration `koanf:"routineRuns" default:"2d" min:"1h" max:"3660d" doc:"How long runs that succeeded on their schedule are kept, of which there are some 30,000 a day. No run is kept for longer than retention.runs."`
	Activities      time.Duration `koanf:"activities" default:"400d" min:"28d" max:"3660d" doc:"How long it is kept who used Evenkeel on which day."`
	IdempotencyKeys time.Duration `koanf:"idempotencyKeys" default:"24h" min:"1h" max:"30d" doc:"How long a request that is repeated under the same Idempotency-Key has its effect only once."`
	// GitHub repeats a delivery on demand for three days.
	WebhookDeliveries time.Duration `koanf:"webhookDeliveries" default:"7d" min:"3d" max:"3660d" doc:"How long it is known which webhooks came, so that one that GitHub sends again is not taken for new. What they said is removed as soon as it was worked off; what could not be worked off stays as long."`
}

// UsesPostgreSQL reports whether everything is kept in PostgreSQL, not SQLite.
func (c Config) UsesPostgreSQL() bool { return !c.Database.URL.IsZero() }

// SQLitePath returns the file of the SQLite database.
func (c Config) SQLitePath() string { return filepath.Join(c.DataDir, "evenkeel.db") }

// ListensBeyondLoopback reports whether other machines can reach the listener. A
// name other than localhost counts as reachable, since what it resolves to can change.
func (c Config) ListensBeyondLoopback() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return true
	}
	ip := net.ParseIP(host)
	return !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback())
}

// BaseURL returns the address for links, without a trailing slash: PublicURL, or
// one made of the address that the listener was bound to, which only then is
// known when Listen asks for any free port. Nil is for who listens to nothing.
func (c Config) BaseURL(bound net.Addr) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	if bound == nil {
		return localURL(c.Listen)
	}
	return localURL(bound.String())
}

// ProbeURL returns the address at which a process on this machine asks whether the
// server lives. It is made of numbers where it can be: an image that holds the program
// alone knows no name, not even localhost.
func (c Config) ProbeURL() (string, error) {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || port == "0" {
		return "", fmt.Errorf("nobody knows where a server listens that is told to listen on %s", c.Listen)
	}
	if host == "" || host == "0.0.0.0" {
		host = "127.0.0.1"
	} else if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "::1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/healthz", nil
}

// Logger returns a logger as the configuration describes it, writing to w.
func (l Log) Logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// localURL turns a listening address into one that a browser on this machine
// opens: an address that means "all interfaces" cannot be opened.
func localURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
