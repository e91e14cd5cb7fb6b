// Package backstage verifies the tokens with which the plugins of a Backstage portal call
// Evenkeel, and tells as whom they call: for a person, or a plugin by itself. Nothing else
// that a request says of who calls is looked at. What people may do is for package access.
//
// What is expected is what Backstage makes, from its own source (release of 2026-09-16):
//
//   - packages/backend-defaults/src/entrypoints/auth/plugin/PluginTokenHandler.ts signs a
//     token of a plugin: header typ vnd.backstage.plugin, alg ES256 (no setting changes it),
//     kid; claims sub (the plugin's id), aud (one text, the target's id), iat, exp (an hour
//     at most, and no later than the obo), and obo where it acts for a person. Its keys are
//     at /api/<plugin>/.backstage/auth/v1/jwks.json, and none are there before the first token.
//   - plugins/auth-backend/src/identity signs, with each full token of a user, the proof "uip":
//     the signature over a limited token, header {typ: vnd.backstage.limited-user, alg, kid},
//     claims {sub, iat, exp} and nothing else, in this order. UserTokenHandler.ts puts the
//     limited token together from it, which is the obo. It names no issuer, no audience and no
//     groups. Its keys are those of the auth plugin, at /api/auth/.well-known/jwks.json.
package backstage
