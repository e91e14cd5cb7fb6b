import type { Entity } from '@backstage/catalog-model';
import {
  FormDialog,
  faultAt,
  refusalOf,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { useRegister } from './data';
import { kinds, lifecycles, serviceFrom, tiers } from './register';
import styles from './service.module.css';

const texts = ['repository', 'runbook', 'dashboard', 'docs', 'onCall'] as const;
const fields = [
  '/slug',
  '/name',
  '/description',
  '/team',
  '/tier',
  '/kind',
  '/lifecycle',
  '/labels',
  ...texts.map(name => `/${name}`),
];

/** Registers the service that an entity is; the form begins with what the entity says. */
export function RegisterDialog(props: {
  entity: Entity;
  slug: string;
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const [input, setInput] = useState(() =>
    serviceFrom(props.entity, props.slug),
  );
  const set = (part: Partial<typeof input>) =>
    setInput(before => ({ ...before, ...part }));
  const register = useRegister(props.onClose);
  const refusal = refusalOf(register.error, fields);
  return (
    <FormDialog
      title={t('service.register.title')}
      open
      onClose={props.onClose}
      pending={register.isPending}
      refusal={refusal}
      submit={t('service.register.submit')}
      width={640}
      onSubmit={() => register.mutate(input)}
    >
      <div className={styles.two}>
        <TextField
          label={t('service.register.name')}
          isRequired
          value={input.name}
          onChange={name => set({ name })}
          {...faultAt(refusal, '/name')}
        />
        <TextField
          label={t('service.register.slug')}
          isRequired
          value={input.slug}
          onChange={slug => set({ slug })}
          {...faultAt(refusal, '/slug')}
        />
      </div>
      <TextAreaField
        label={t('service.register.description')}
        rows={2}
        value={input.description ?? ''}
        onChange={description => set({ description })}
        {...faultAt(refusal, '/description')}
      />
      <div className={styles.two}>
        <TextField
          label={t('service.header.team')}
          isRequired
          value={input.team}
          onChange={team => set({ team })}
          {...faultAt(refusal, '/team')}
        />
        <Select
          label={t('service.header.tier')}
          options={tiers.map(tier => ({
            value: String(tier),
            label: t('service.register.tier', { tier: String(tier) }),
          }))}
          value={String(input.tier)}
          onChange={key => set({ tier: Number(key) })}
          {...faultAt(refusal, '/tier')}
        />
        <Select
          label={t('service.register.kind')}
          options={kinds.map(k => ({
            value: k,
            label: t(`service.kind.${k}`),
          }))}
          value={input.kind}
          onChange={key => set({ kind: kinds.find(k => k === key) })}
          {...faultAt(refusal, '/kind')}
        />
        <Select
          label={t('service.header.lifecycle')}
          options={lifecycles.map(l => ({
            value: l,
            label: t(`service.lifecycle.${l}`),
          }))}
          value={input.lifecycle}
          onChange={key => set({ lifecycle: lifecycles.find(l => l === key) })}
          {...faultAt(refusal, '/lifecycle')}
        />
      </div>
      <div className={styles.two}>
        {texts.map(name => (
          <TextField
            key={name}
            label={t(`service.register.${name}`)}
            value={input[name] ?? ''}
            onChange={text => set({ [name]: text || undefined })}
            {...faultAt(refusal, `/${name}`)}
          />
        ))}
      </div>
    </FormDialog>
  );
}
