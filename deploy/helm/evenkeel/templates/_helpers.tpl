{{- define "evenkeel.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "evenkeel.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "evenkeel.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "evenkeel.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* What tells the pods of this release from others; it may never change. */}}
{{- define "evenkeel.selectorLabels" -}}
app.kubernetes.io/name: {{ include "evenkeel.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "evenkeel.serverLabels" -}}
{{ include "evenkeel.selectorLabels" . }}
app.kubernetes.io/component: server
{{- end }}

{{- define "evenkeel.labels" -}}
{{ include "evenkeel.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: evenkeel
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "evenkeel.image" -}}
{{- if .Values.image.digest -}}
{{ printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else -}}
{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end -}}
{{- end }}

{{- define "evenkeel.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "evenkeel.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "evenkeel.postgresql" -}}
{{- if eq .Values.database.kind "postgresql" }}true{{ end }}
{{- end }}

{{- define "evenkeel.replicas" -}}
{{- if kindIs "invalid" .Values.replicaCount }}
{{- ternary 2 1 (eq .Values.database.kind "postgresql") }}
{{- else }}
{{- .Values.replicaCount }}
{{- end }}
{{- end }}

{{- /* Seconds of a duration as Evenkeel writes them, such as 1m30s; part of one counts as whole. */}}
{{- define "evenkeel.seconds" -}}
{{- $total := 0.0 }}
{{- $factors := dict "ns" 0.000000001 "us" 0.000001 "µs" 0.000001 "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 "d" 86400.0 "w" 604800.0 }}
{{- range regexFindAll "[0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w)" . -1 }}
{{- $number := regexFind "^[0-9]+(\\.[0-9]+)?" . }}
{{- $total = addf $total (mulf (float64 $number) (get $factors (trimPrefix $number .))) }}
{{- end }}
{{- ceil $total | int }}
{{- end }}

{{- /* What it needs at most to drain, ten seconds for what comes after, and five to spare. */}}
{{- define "evenkeel.grace" -}}
{{- $delay := include "evenkeel.seconds" (.Values.config.drainDelay | default "0s") | int }}
{{- $timeout := include "evenkeel.seconds" (.Values.config.drainTimeout | default "30s") | int }}
{{- $least := add $delay $timeout 15 | int }}
{{- $asked := .Values.terminationGracePeriodSeconds }}
{{- if kindIs "invalid" $asked }}
{{- $least }}
{{- else if lt (int $asked) $least }}
{{- fail (printf "terminationGracePeriodSeconds: %d is too short to drain: at least %d, for config.drainDelay (%ds), config.drainTimeout (%ds), and 15 seconds for what comes after" (int $asked) $least $delay $timeout) }}
{{- else }}
{{- int $asked }}
{{- end }}
{{- end }}

{{- /* The configuration file: what was given, and what only the chart can know. */}}
{{- define "evenkeel.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $_ := set $config "listen" ":8080" }}
{{- $_ := set $config "dataDir" "/data" }}
{{- if .Values.sourceSecrets }}
{{- $_ := set $config "secretsDir" "/run/evenkeel/sources" }}
{{- end }}
{{- $files := deepCopy .Values.secrets }}
{{- if include "evenkeel.postgresql" . }}
{{- $_ := set $files "database.url" dict }}
{{- end }}
{{- range $key, $_ := $files }}
{{- $at := $config }}
{{- $parts := splitList "." $key }}
{{- range initial $parts }}
{{- if not (hasKey $at .) }}{{ $_ := set $at . dict }}{{ end }}
{{- $at = get $at . }}
{{- end }}
{{- $_ := set $at (printf "%sFile" (last $parts)) (printf "/run/evenkeel/secrets/%s" $key) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{- /* What Pod Security calls restricted. */}}
{{- define "evenkeel.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- with .Values.podSecurityContext }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "evenkeel.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- /* The template of the server's pods, of a Deployment or a StatefulSet. */}}
{{- define "evenkeel.pod" -}}
metadata:
  annotations:
    checksum/config: {{ include "evenkeel.config" . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "evenkeel.serverLabels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "evenkeel.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "evenkeel.grace" . }}
  securityContext:
    {{- include "evenkeel.podSecurity" . | nindent 4 }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  containers:
    - name: evenkeel
      image: {{ include "evenkeel.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [serve]
      env:
        - name: EVENKEEL_CONFIG
          value: /etc/evenkeel/config.yaml
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: 8080
          protocol: TCP
      # SQLite is migrated before it listens; that may take a while after an upgrade.
      startupProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 150
      livenessProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 2
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- include "evenkeel.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/evenkeel
          readOnly: true
        - name: data
          mountPath: /data
        - name: tmp
          mountPath: /tmp
        {{- if or .Values.secrets (include "evenkeel.postgresql" .) }}
        - name: secrets
          mountPath: /run/evenkeel/secrets
          readOnly: true
        {{- end }}
        {{- if .Values.sourceSecrets }}
        - name: sources
          mountPath: /run/evenkeel/sources
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "evenkeel.fullname" . }}
    - name: tmp
      emptyDir: {}
    {{- if include "evenkeel.postgresql" . }}
    # Nothing but the first administrator's token is kept here.
    - name: data
      emptyDir: {}
    {{- end }}
    {{- if or .Values.secrets (include "evenkeel.postgresql" .) }}
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          {{- if include "evenkeel.postgresql" . }}
          - secret:
              name: {{ .Values.database.existingSecret }}
              items:
                - key: {{ .Values.database.key }}
                  path: database.url
          {{- end }}
          {{- range $key, $of := .Values.secrets }}
          - secret:
              name: {{ $of.existingSecret }}
              items:
                - key: {{ $of.key }}
                  path: {{ $key }}
          {{- end }}
    {{- end }}
    {{- if .Values.sourceSecrets }}
    - name: sources
      projected:
        defaultMode: 0440
        sources:
          {{- range .Values.sourceSecrets }}
          - secret:
              name: {{ . }}
          {{- end }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if and .Values.topologySpread.enabled (include "evenkeel.postgresql" .) }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: {{ .Values.topologySpread.zones }}
      labelSelector:
        matchLabels:
          {{- include "evenkeel.serverLabels" . | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: {{ .Values.topologySpread.nodes }}
      labelSelector:
        matchLabels:
          {{- include "evenkeel.serverLabels" . | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
{{- end }}
