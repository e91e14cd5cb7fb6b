import { value, type Schemas } from '@evenkeel/client';
import {
  NO_LEVEL,
  Nothing,
  PageTitle,
  Section,
  Shown,
  Waiting,
  levelColor,
  usePages,
  useRead,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, SearchField, Select } from '@backstage/ui';
import { useMemo } from 'react';
import { useParams, useSearchParams } from 'react-router-dom';

import { Kept } from '../kept/Kept';
import { evenkeelTranslationRef } from '../translation';
import { MatrixTable } from './MatrixTable';
import { Nav } from './Nav';
import { ServicePanel } from './ServicePanel';
import { useTeams } from '../services';
import { useScorecard } from './cards';
import styles from './scorecards.module.css';

// What services are filtered by that nothing counts of; the API names it so.
const UNSCORED = 'unscored';
const EACH = 200;

/** Where all services stand by a scorecard: a row for each, a column for each category. */
export function MatrixPage() {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { scorecard = '' } = useParams();
  const card = useScorecard(scorecard);
  return (
    <>
      <Nav at="services" scorecard={scorecard} />
      <Shown what={t('scorecards.what')} read={card}>
        {of => <Matrix card={of} />}
      </Shown>
    </>
  );
}

function Matrix(props: { card: Schemas['Scorecard'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { card } = props;
  const [query, setQuery] = useSearchParams();
  const team = query.get('team') ?? undefined;
  const level = query.get('level') ?? undefined;
  const search = query.get('search') ?? '';
  const category = query.get('category') ?? undefined;
  const service = query.get('service') ?? undefined;
  const set = (name: string, to: string | undefined) =>
    setQuery(
      before => {
        const next = new URLSearchParams(before);
        if (to) {
          next.set(name, to);
        } else {
          next.delete(name);
        }
        return next;
      },
      { replace: name === 'search' },
    );
  const found = usePages(
    ['scorecards', card.slug, 'services', team, level],
    (api, after, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/services', {
          params: {
            path: { scorecard: card.slug },
            query: { team, level, order: 'worst', limit: EACH, after },
          },
          signal,
        }),
      ),
    { all: true },
  );
  const rows = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return (found.data ?? []).filter(
      s =>
        wanted === '' ||
        s.name.toLowerCase().includes(wanted) ||
        s.service.slug.includes(wanted),
    );
  }, [found.data, search]);
  const filtered = Boolean(team || level || search);
  const categories = useMemo(
    () => [...new Set(card.checks.map(c => c.category))],
    [card.checks],
  );
  const chosen = categories.find(of => of === category);

  return (
    <>
      <PageTitle title={card.name} meta={<span>{card.description}</span>} />
      <Kept kind="Scorecard" of={card} quiet />
      <Section
        title={t('scorecards.matrix.title')}
        note={
          chosen
            ? t('scorecards.matrix.noteCategory', { category: chosen })
            : t('scorecards.matrix.note')
        }
        actions={
          chosen && (
            <Button
              size="small"
              variant="secondary"
              onPress={() => set('category', undefined)}
            >
              {t('scorecards.matrix.allCategories')}
            </Button>
          )
        }
      >
        <div
          className={styles.filters}
          role="search"
          aria-label={t('scorecards.matrix.filters')}
        >
          <SearchField
            aria-label={t('scorecards.matrix.search')}
            placeholder={t('scorecards.matrix.search')}
            size="small"
            value={search}
            onChange={text => set('search', text)}
          />
          <TeamSelect team={team} onChange={to => set('team', to)} />
          <LevelFilter
            card={card}
            team={team}
            level={level}
            onChange={to => set('level', to)}
          />
        </div>
        <Shown
          what={t('scorecards.matrix.what')}
          read={found}
          waiting={<Waiting what={t('scorecards.matrix.what')} lines={8} />}
        >
          {() =>
            rows.length > 0 || found.isPlaceholderData ? (
              <>
                <p className={styles.count} role="status">
                  {found.hasNextPage || found.isPlaceholderData
                    ? t('scorecards.matrix.loading', {
                        number: String(rows.length),
                      })
                    : t('scorecards.matrix.shown', { count: rows.length })}
                </p>
                <MatrixTable
                  card={card}
                  categories={categories}
                  category={chosen}
                  rows={rows}
                  onCategory={to => set('category', to)}
                  onService={to => set('service', to)}
                />
              </>
            ) : (
              <Nothing
                title={
                  filtered
                    ? t('scorecards.matrix.noneFits')
                    : t('scorecards.matrix.empty')
                }
                action={
                  filtered && (
                    <Button
                      size="small"
                      variant="secondary"
                      onPress={() => setQuery({})}
                    >
                      {t('scorecards.matrix.clear')}
                    </Button>
                  )
                }
              >
                {filtered
                  ? t('scorecards.matrix.noneFitsText')
                  : t('scorecards.matrix.emptyText')}
              </Nothing>
            )
          }
        </Shown>
      </Section>
      {service && (
        <ServicePanel
          key={service}
          scorecard={card.slug}
          service={service}
          onClose={() => set('service', undefined)}
        />
      )}
    </>
  );
}

/** Chooses one of the teams, or all of them. */
export function TeamSelect(props: {
  team: string | undefined;
  onChange: (team: string | undefined) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const teams = useTeams().data ?? [];
  return (
    <div className={styles.select}>
      <Select
        aria-label={t('scorecards.matrix.team')}
        size="small"
        selectionMode="single"
        search
        value={props.team ?? ''}
        onChange={chosen => props.onChange(String(chosen) || undefined)}
        options={[
          { id: '', label: t('scorecards.matrix.allTeams') },
          ...teams.map(of => ({ id: of.slug, label: of.name })),
        ]}
      />
    </div>
  );
}

function LevelFilter(props: {
  card: Schemas['Scorecard'];
  team: string | undefined;
  level: string | undefined;
  onChange: (level: string | undefined) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { card, team, level, onChange } = props;
  const report = useRead(
    ['scorecards', card.slug, 'report', team],
    (api, signal) =>
      value(
        api.GET('/v1/scorecards/{scorecard}/report', {
          params: { path: { scorecard: card.slug }, query: { team, days: 1 } },
          signal,
        }),
      ),
  );
  const now = report.data?.now;
  const choices: [string | undefined, string, number | undefined, string?][] = [
    [undefined, t('scorecards.level.all'), undefined],
    ...[...card.levels]
      .reverse()
      .map(
        of =>
          [
            of.name,
            of.name,
            now && (now.levels[of.name] ?? 0),
            levelColor(card.levels, of.name),
          ] as [string, string, number | undefined, string],
      ),
    [
      NO_LEVEL,
      t('scorecards.level.none'),
      now && (now.levels[NO_LEVEL] ?? 0),
      levelColor(card.levels, null),
    ],
    [UNSCORED, t('scorecards.level.unscored'), now?.unscored],
  ];
  return (
    <div
      className={styles.choices}
      role="group"
      aria-label={t('scorecards.matrix.levels')}
    >
      {choices.map(([of, name, count, color]) => (
        <Button
          key={of ?? ''}
          size="small"
          variant={level === of ? 'primary' : 'secondary'}
          aria-pressed={level === of}
          onPress={() => onChange(of)}
        >
          {color && (
            <span
              className={styles.dot}
              style={{ background: color }}
              aria-hidden
            />
          )}
          {count === undefined ? name : `${name} ${count}`}
        </Button>
      ))}
    </div>
  );
}
