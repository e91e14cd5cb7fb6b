import type { Schemas } from '@evenkeel/client';
import { faultAt, type Refusal } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  NumberField,
  Select,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';

import { evenkeelTranslationRef } from '../translation';
import type { PartProps } from './NameFields';
import { wayOf, ways, type Way } from './draft';
import { useDataSources } from './form';
import styles from './slos.module.css';

type Source = Schemas['MeasurementSourceInput'];

// What each way begins with.
const begun: Record<Way, Source | undefined> = {
  pushed: undefined,
  other: undefined,
  ratio: { ratio: { good: '', total: '' } },
  latency: {
    latency: { histogram: 'classic', metric: '', thresholdSeconds: 0.3 },
  },
  threshold: { threshold: { op: 'lte', query: '', value: 0 } },
  rawRatio: { rawRatio: { query: '', type: 'success' } },
};

/** Where the measurements come from. */
export function IndicatorFields(props: PartProps) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { draft, set, refusal } = props;
  const { indicator } = draft;
  const way = wayOf(draft);
  const sources = useDataSources();
  const change = (part: Partial<Indicator>) =>
    set({ indicator: { ...indicator, ...part } });
  return (
    <div className={styles.fields}>
      <Select
        label={t('slos.form.way')}
        options={ways
          // What has no fields here can be kept, and not be begun.
          .filter(w => w !== 'other' || way === 'other')
          .map(w => ({ value: w, label: t(`slos.way.${w}`) }))}
        value={way}
        onChange={key => {
          const next = ways.find(w => w === key);
          if (next && next !== way) {
            const source = begun[next];
            change({
              counting: 'good_total',
              source: source && {
                ...source,
                dataSource:
                  indicator.source?.dataSource ?? sources.data?.[0]?.slug,
              },
            });
          }
        }}
      />
      {way === 'pushed' && (
        <>
          <Text as="p" variant="body-small" color="secondary">
            {t('slos.form.pushedNote')}
          </Text>
          <Select
            label={t('slos.form.counting')}
            options={(['good_total', 'bad_total'] as const).map(c => ({
              value: c,
              label: t(`slos.counting.${c}`),
            }))}
            value={indicator.counting}
            onChange={key =>
              change({
                counting: key === 'bad_total' ? 'bad_total' : 'good_total',
              })
            }
            {...faultAt(refusal, '/indicator/counting')}
          />
        </>
      )}
      {way === 'other' && (
        <Text as="p" variant="body-small" color="secondary">
          {t('slos.form.otherNote')}
        </Text>
      )}
      {indicator.source && way !== 'other' && (
        <>
          <Select
            label={t('slos.promise.source')}
            description={
              sources.data?.length === 0 ? t('slos.form.noSources') : undefined
            }
            options={(sources.data ?? [])
              .filter(s => s.kind === 'prometheus')
              .map(s => ({ value: s.slug, label: s.name || s.slug }))}
            value={indicator.source.dataSource ?? null}
            onChange={key =>
              change({
                source: {
                  ...indicator.source,
                  dataSource: key ? String(key) : undefined,
                },
              })
            }
            {...faultAt(refusal, '/indicator/source/dataSource')}
          />
          <SourceFields
            source={indicator.source}
            set={part => change({ source: { ...indicator.source, ...part } })}
            refusal={refusal}
          />
        </>
      )}
      <Select
        label={t('slos.form.resolution')}
        options={[
          { value: '60', label: t('slos.resolution.minute') },
          { value: '300', label: t('slos.resolution.fiveMinutes') },
        ]}
        value={String(indicator.resolutionSeconds)}
        onChange={key => change({ resolutionSeconds: key === '60' ? 60 : 300 })}
        {...faultAt(refusal, '/indicator/resolutionSeconds')}
      />
      <div className={styles.two}>
        <TextField
          label={t('slos.form.groupBy')}
          description={t('slos.form.groupByNote')}
          value={indicator.groupBy ?? ''}
          onChange={groupBy => change({ groupBy })}
          {...faultAt(refusal, '/indicator/groupBy')}
        />
        {indicator.groupBy && (
          <NumberField
            label={t('slos.form.maxGroups')}
            value={indicator.maxGroups ?? 20}
            minValue={1}
            onChange={maxGroups => change({ maxGroups })}
            {...faultAt(refusal, '/indicator/maxGroups')}
          />
        )}
      </div>
    </div>
  );
}

type Indicator = PartProps['draft']['indicator'];

// The fields of the way that was chosen.
function SourceFields(props: {
  source: Source;
  set: (part: Partial<Source>) => void;
  refusal: Refusal;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { source, set, refusal } = props;
  const { ratio, latency, threshold, rawRatio } = source;
  const at = (pointer: string) =>
    faultAt(refusal, `/indicator/source/${pointer}`);
  if (ratio) {
    return (
      <>
        <TextAreaField
          label={t(
            ratio.bad === undefined ? 'slos.form.good' : 'slos.form.bad',
          )}
          description={t('slos.form.promQL')}
          rows={2}
          value={ratio.good ?? ratio.bad ?? ''}
          onChange={query =>
            set({
              ratio:
                ratio.bad === undefined
                  ? { ...ratio, good: query }
                  : { ...ratio, bad: query },
            })
          }
          {...at(ratio.bad === undefined ? 'ratio/good' : 'ratio/bad')}
        />
        <Select
          label={t('slos.form.counts')}
          options={(['good', 'bad'] as const).map(c => ({
            value: c,
            label: t(`slos.form.${c}`),
          }))}
          value={ratio.bad === undefined ? 'good' : 'bad'}
          onChange={key => {
            const query = ratio.good ?? ratio.bad ?? '';
            set({
              ratio:
                key === 'bad'
                  ? { total: ratio.total, bad: query }
                  : { total: ratio.total, good: query },
            });
          }}
        />
        <TextAreaField
          label={t('slos.form.total')}
          rows={2}
          value={ratio.total}
          onChange={total => set({ ratio: { ...ratio, total } })}
          {...at('ratio/total')}
        />
      </>
    );
  }
  if (latency) {
    return (
      <>
        <TextField
          label={t('slos.form.metric')}
          description={t('slos.form.metricNote')}
          value={latency.metric}
          onChange={metric => set({ latency: { ...latency, metric } })}
          {...at('latency/metric')}
        />
        <TextField
          label={t('slos.form.selector')}
          value={latency.selector ?? ''}
          onChange={selector =>
            set({ latency: { ...latency, selector: selector || undefined } })
          }
          {...at('latency/selector')}
        />
        <div className={styles.two}>
          <NumberField
            label={t('slos.form.thresholdSeconds')}
            value={latency.thresholdSeconds}
            minValue={0}
            formatOptions={{ maximumFractionDigits: 6 }}
            onChange={thresholdSeconds =>
              set({ latency: { ...latency, thresholdSeconds } })
            }
            {...at('latency/thresholdSeconds')}
          />
          <Select
            label={t('slos.form.histogram')}
            options={(['classic', 'native'] as const).map(h => ({
              value: h,
              label: t(`slos.histogram.${h}`),
            }))}
            value={latency.histogram}
            onChange={key =>
              set({
                latency: {
                  ...latency,
                  histogram: key === 'native' ? 'native' : 'classic',
                },
              })
            }
          />
        </div>
      </>
    );
  }
  if (threshold) {
    const ops = ['lte', 'lt', 'gte', 'gt'] as const;
    return (
      <>
        <TextAreaField
          label={t('slos.form.query')}
          rows={2}
          value={threshold.query}
          onChange={query => set({ threshold: { ...threshold, query } })}
          {...at('threshold/query')}
        />
        <div className={styles.two}>
          <Select
            label={t('slos.form.op')}
            options={ops.map(op => ({ value: op, label: t(`slos.op.${op}`) }))}
            value={threshold.op}
            onChange={key => {
              const op = ops.find(o => o === key);
              if (op) {
                set({ threshold: { ...threshold, op } });
              }
            }}
          />
          <NumberField
            label={t('slos.form.limit')}
            value={threshold.value}
            formatOptions={{ maximumFractionDigits: 6 }}
            onChange={limit =>
              set({ threshold: { ...threshold, value: limit } })
            }
            {...at('threshold/value')}
          />
        </div>
      </>
    );
  }
  if (rawRatio) {
    return (
      <>
        <TextAreaField
          label={t('slos.form.share')}
          rows={2}
          value={rawRatio.query}
          onChange={query => set({ rawRatio: { ...rawRatio, query } })}
          {...at('rawRatio/query')}
        />
        <Select
          label={t('slos.form.counts')}
          options={(['success', 'failure'] as const).map(of => ({
            value: of,
            label: t(`slos.shareOf.${of}`),
          }))}
          value={rawRatio.type}
          onChange={key =>
            set({
              rawRatio: {
                ...rawRatio,
                type: key === 'failure' ? 'failure' : 'success',
              },
            })
          }
        />
        <TextAreaField
          label={t('slos.form.weight')}
          rows={2}
          value={rawRatio.weight ?? ''}
          onChange={weight =>
            set({ rawRatio: { ...rawRatio, weight: weight || undefined } })
          }
          {...at('rawRatio/weight')}
        />
      </>
    );
  }
  return null;
}
