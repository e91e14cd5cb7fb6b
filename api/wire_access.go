package api

import "time"

// TokenRotation asks for the successor of a token.
type TokenRotation struct {
	GraceSeconds *int `json:"graceSeconds,omitempty" minimum:"0" maximum:"604800" doc:"How long the old token is still good, up to 7 days; a day when left out." example:"86400"`
	LifetimeDays int  `json:"lifetimeDays,omitempty" minimum:"1" maximum:"365" doc:"Of the successor. As the installation is configured when left out, usually 90."`
}

// TokenExchange asks for a token of Evenkeel in exchange for one of a provider.
type TokenExchange struct {
	Token           string   `json:"token" format:"password" minLength:"1" maxLength:"16384" doc:"The token of the provider: an ID token of a person, made for a client of Evenkeel, or that of a workload, such as the ID token of a job of GitHub Actions or the token of a Kubernetes service account."`
	Scopes          []string `json:"scopes,omitempty" enum:"read,write,push,admin" doc:"What the new token may be used for. When left out, write for a person, and all that the workload identity gives for a workload."`
	LifetimeSeconds int      `json:"lifetimeSeconds,omitempty" minimum:"60" maximum:"86400" doc:"How long the new token lasts: for a person 12 hours when left out and a day at most, for a workload 15 minutes and an hour at most."`
}

// TokenExchanged is a token that was made in exchange.
type TokenExchanged struct {
	Token
	Text string `json:"text" format:"password" doc:"The token itself, shown this once."`
}

// WorkloadIdentity lets workloads of a team in that hold a token of another issuer.
type WorkloadIdentity struct {
	ID         string            `json:"id" doc:"Identifier (ULID)."`
	Team       Ref               `json:"team"`
	Name       string            `json:"name" example:"deployments of checkout"`
	Issuer     string            `json:"issuer" example:"https://token.actions.githubusercontent.com"`
	Audience   string            `json:"audience" doc:"For whom the token has to be made." example:"https://evenkeel.example.com"`
	Claims     map[string]string `json:"claims" doc:"What each of these claims of the token has to be; each * stands for one character or more." example:"{\"repository\":\"acme/checkout\",\"ref\":\"refs/heads/main\"}"`
	Scopes     []string          `json:"scopes"`
	LastUsedAt *time.Time        `json:"lastUsedAt" nullable:"true" doc:"When it last let somebody in."`
	CreatedAt  time.Time         `json:"createdAt"`
	UpdatedAt  time.Time         `json:"updatedAt"`
	Version    int64             `json:"version" doc:"Grows with each change; also the ETag."`
}

// WorkloadIdentityInput declares by which tokens workloads of a team are let in.
type WorkloadIdentityInput struct {
	Team     string            `json:"team" doc:"Slug or identifier of the team. An update cannot change it." example:"payments"`
	Name     string            `json:"name" doc:"At most 100 characters." example:"deployments of checkout"`
	Issuer   string            `json:"issuer" doc:"One that the installation trusts; see getSignInMethods." example:"https://token.actions.githubusercontent.com"`
	Audience string            `json:"audience,omitempty" doc:"For whom the token has to be made; that of the installation when left out."`
	Claims   map[string]string `json:"claims" doc:"What each of these claims of the token has to be, exactly, or with * for one character or more; 1 to 10. For GitHub Actions repository, repository_id or sub has to say whose jobs are meant." example:"{\"repository\":\"acme/checkout\",\"ref\":\"refs/heads/main\"}"`
	Scopes   []string          `json:"scopes,omitempty" enum:"read,write,push" doc:"What the tokens may be used for, at most what the token has it is asked with; push when left out."`
}

// SignInMethods are how people and workloads come in.
type SignInMethods struct {
	Provider  *ProviderSignIn `json:"provider,omitempty" doc:"The OpenID provider of people; absent where they sign in with links alone."`
	Workloads WorkloadSignIn  `json:"workloads"`
}

// ProviderSignIn is the OpenID provider by which people sign in.
type ProviderSignIn struct {
	Name           string   `json:"name" example:"Acme"`
	Issuer         string   `json:"issuer" example:"https://login.example.com/realms/acme"`
	DeviceClientID string   `json:"deviceClientId" doc:"The client with which a command line goes through the device flow (RFC 8628); empty where there is none." example:"evenkeel-cli"`
	Scopes         []string `json:"scopes" example:"[\"openid\",\"profile\",\"email\"]"`
}

// WorkloadSignIn says which tokens of workloads can be exchanged.
type WorkloadSignIn struct {
	Audience string   `json:"audience" doc:"For whom they have to be made, unless a workload identity says otherwise." example:"https://evenkeel.example.com"`
	Issuers  []string `json:"issuers" doc:"Who can be trusted for them." example:"[\"https://token.actions.githubusercontent.com\"]"`
}
