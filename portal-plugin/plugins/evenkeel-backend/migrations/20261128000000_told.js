// @ts-check

/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('evenkeel_told', table => {
    table.comment('Events of Evenkeel that people were told of in the portal');
    table.string('event', 64).primary().comment('Identifier of the event');
    table
      .timestamp('at', { useTz: true, precision: 6 })
      .notNullable()
      .index()
      .comment('When Evenkeel told of it');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('evenkeel_told');
};
