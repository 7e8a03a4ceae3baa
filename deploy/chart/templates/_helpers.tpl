{{/* The services of the topology that are enabled, each with its overrides. */}}
{{- define "perilune.services" -}}
{{- $services := list -}}
{{- range (.Files.Get "topology.yaml" | fromYaml).services -}}
{{- $override := index $.Values.services .name | default dict -}}
{{- if ne (toString $override.enabled) "false" -}}
{{- $replicas := $override.replicas | default (ternary 1 $.Values.replicas (eq .scaling "none")) -}}
{{- $services = append $services (mergeOverwrite (dict "replicas" $replicas) . $override) -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "services" $services) -}}
{{- end -}}

{{- define "perilune.selector" -}}
app.kubernetes.io/name: {{ .service.name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- define "perilune.labels" -}}
{{ include "perilune.selector" . }}
app.kubernetes.io/part-of: perilune
app.kubernetes.io/version: {{ .root.Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{/* Peers and port of a store, for an egress rule. */}}
{{- define "perilune.storeEgress" -}}
{{- with .to }}
to:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - {port: {{ .port }}, protocol: TCP}
{{- end -}}
