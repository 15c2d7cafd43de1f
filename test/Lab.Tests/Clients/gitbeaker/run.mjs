// @gitbeaker/rest against a running server: what a program does. SERVER and TOKEN say where and as whom; CONFIG is the project's .gitlab-ci.yml.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Gitlab } from '@gitbeaker/rest';

const { SERVER: host, TOKEN: token, CONFIG } = process.env;
const config = readFileSync(CONFIG, 'utf8');
let checks = 0;

function check(what, seen, wanted = true) {
  checks++;
  if (!isDeepStrictEqual(seen, wanted)) {
    console.log(`FAIL ${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`);
    process.exit(1);
  }
  console.log(`ok ${what}`);
}

async function refused(what, status, call) {
  try {
    await call();
  } catch (error) {
    check(what, error.cause?.response?.status, status);
    return String(error.cause?.description ?? error.message);
  }
  check(`${what} is refused`, false);
}

async function until(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const seen = await ask();
    if (seen) return seen;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  check(`${what} within ${seconds} s`, false);
}

const api = new Gitlab({ host, token });
const nobody = new Gitlab({ host, token: 'glpat-0000000000000000000' });
const over = ['success', 'failed', 'canceled', 'skipped'];

// Who am I.
check('auth', (await api.Users.showCurrentUser()).username, 'root');
check('version', typeof (await api.Metadata.show()).version, 'string');
await refused('bad token', 401, () => nobody.Users.showCurrentUser());
check('bearer token', (await new Gitlab({ host, oauthToken: token }).Users.showCurrentUser()).username, 'root');

// A project with a file.
const project = await api.Projects.create({ name: 'Beaker App', path: 'beaker-app' });
const id = project.id;
check('project created', project.path_with_namespace, 'root/beaker-app');
check('project by path', (await api.Projects.show('root/beaker-app')).id, id);
check('project camelized', (await new Gitlab({ host, token, camelize: true }).Projects.show(id)).pathWithNamespace, 'root/beaker-app');
check('project twice', (await refused('project twice', 400, () => api.Projects.create({ path: 'beaker-app' }))).includes('taken'));
await refused('project that is not there', 404, () => api.Projects.show('root/nothing'));
const commit = await api.Commits.create(id, 'main', 'Configuration [ci skip]', [{ action: 'create', filePath: '.gitlab-ci.yml', content: config }]);
check('file', await api.RepositoryFiles.showRaw(id, '.gitlab-ci.yml', 'main').then((file) => file.text?.() ?? String(file)), config);
check('branch', (await api.Branches.show(id, 'main')).commit.id, commit.id);
check('projects searched', (await api.Projects.all({ search: 'beaker' })).map((one) => one.id), [id]);

// Lint.
check('project lint', (await api.Lint.check(id, {})).valid);
const broken = await api.Lint.lint(id, 'a: {script: [x], needs: [b]}');
check('lint of something broken', [broken.valid, broken.errors.length], [false, 1]);

// A pipeline with variables.
const ended = (pipeline) => until(`pipeline ${pipeline} ends`, async () => { const seen = await api.Pipelines.show(id, pipeline); return over.includes(seen.status) && seen; });
const jobEnded = (job) => until(`job ${job} ends`, async () => { const seen = await api.Jobs.show(id, job); return over.includes(seen.status) && seen; });
const jobs = (pipelineId, more) => api.Jobs.all(id, { pipelineId, ...more });
const named = async (pipeline, name) => (await jobs(pipeline)).find((job) => job.name === name);
let pipeline = await api.Pipelines.create(id, 'main', { variables: [{ key: 'WHO', value: 'beaker' }] });
check('pipeline created', [pipeline.ref, pipeline.source, pipeline.sha], ['main', 'api', commit.id]);
check("pipeline's variables", (await api.Pipelines.allVariables(id, pipeline.id)).map((v) => [v.key, v.value]), [['WHO', 'beaker']]);
pipeline = await ended(pipeline.id);
check('pipeline succeeded', [pipeline.status, pipeline.user.username, pipeline.detailed_status.text], ['success', 'root', 'Warning']);
check('pipelines listed', (await api.Pipelines.all(id, { status: 'success' })).map((one) => one.id), [pipeline.id]);
check('latest pipeline', (await api.Pipelines.show(id, 'latest')).id, pipeline.id);
await refused('pipeline on no branch', 400, () => api.Pipelines.create(id, 'nothing'));

// Its jobs, logs and artifacts.
check('jobs', (await jobs(pipeline.id)).map((job) => job.name).sort(), ['break', 'by_hand', 'make']);
const make = await named(pipeline.id, 'make');
check('job', [make.status, make.stage, make.artifacts_file.filename.endsWith('.zip')], ['success', 'build', true]);
check('trace', (await api.Jobs.showLog(id, make.id)).includes('made for api, tier none, who beaker'));
const archive = await api.JobArtifacts.downloadArchive(id, { jobId: make.id });
check('artifacts', [archive.type, archive.size], ['application/zip', make.artifacts_file.size]);
const one = await api.JobArtifacts.downloadArchive(id, { jobId: make.id, artifactPath: 'out/deep/down.txt' });
check('artifact', typeof one === 'string' ? one : await one.text(), 'deep\n');
const latest = await api.JobArtifacts.downloadArchive(id, { ref: 'main', job: 'make' });
check('artifacts by ref', latest.size, archive.size);
check('bridges', await api.Jobs.allPipelineBridges(id, pipeline.id), []);
await api.JobArtifacts.keep(id, make.id);
await api.JobArtifacts.remove(id, { jobId: make.id });
await refused('artifacts that were removed', 404, () => api.JobArtifacts.downloadArchive(id, { jobId: make.id }));

// Retry, play, cancel, erase.
const retried = await api.Jobs.retry(id, (await named(pipeline.id, 'break')).id);
check('retried job fails again', (await jobEnded(retried.id)).status, 'failed');
check('retried jobs on demand', (await jobs(pipeline.id, { includeRetried: true })).length, 4);
const byHand = await named(pipeline.id, 'by_hand');
await api.Jobs.play(id, byHand.id, { jobVariablesAttributes: [{ key: 'PLAYED', value: 'beaker' }] });
check('played job', (await jobEnded(byHand.id)).status, 'success');
check("played job's log", (await api.Jobs.showLog(id, byHand.id)).includes('played with beaker'));
check('erased job', typeof (await api.Jobs.erase(id, byHand.id)).erased_at, 'string');
await api.Pipelines.retry(id, pipeline.id);
await ended(pipeline.id);
const slow = await api.Pipelines.create(id, 'main', { variables: [{ key: 'SLOW', value: '1' }] });
await until('the slow job runs', async () => (await named(slow.id, 'slow')).status === 'running');
await api.Jobs.cancel(id, (await named(slow.id, 'slow')).id);
check('canceled job', (await jobEnded((await named(slow.id, 'slow')).id)).status, 'canceled');
await api.Pipelines.cancel(id, slow.id);
check('canceled pipeline', (await ended(slow.id)).status, 'canceled');
await api.Pipelines.remove(id, slow.id);
await refused('removed pipeline', 404, () => api.Pipelines.show(id, slow.id));

// Variables.
await api.ProjectVariables.create(id, 'SECRET', 's3cret-value', { masked: true, protected: true });
const secret = await api.ProjectVariables.show(id, 'SECRET');
check('variable', [secret.value, secret.masked, secret.protected], ['s3cret-value', true, true]);
check('variable changed', (await api.ProjectVariables.edit(id, 'SECRET', 'another-value')).value, 'another-value');
check('variables', (await api.ProjectVariables.all(id)).map((v) => v.key), ['SECRET']);
await api.ProjectVariables.remove(id, 'SECRET');
await refused('removed variable', 404, () => api.ProjectVariables.show(id, 'SECRET'));

// Schedules, with inputs.
let schedule = await api.PipelineSchedules.create(id, 'nightly', 'main', '0 4 * * *', { cronTimezone: 'Tokyo', inputs: [{ name: 'tier', value: 'blue' }] });
check('schedule', [schedule.ref, schedule.active, schedule.next_run_at.slice(10)], ['refs/heads/main', true, 'T19:00:00.000Z']);
await refused('schedule without sense', 400, () => api.PipelineSchedules.create(id, 'x', 'main', 'every now and then'));
await api.PipelineScheduleVariables.create(id, schedule.id, 'WHO', 'x');
await api.PipelineScheduleVariables.edit(id, schedule.id, 'WHO', 'the schedule');
await api.PipelineSchedules.edit(id, schedule.id, { active: false, description: 'not every night' });
schedule = await api.PipelineSchedules.show(id, schedule.id);
check('schedule changed', [schedule.active, schedule.description, schedule.variables[0].value], [false, 'not every night', 'the schedule']);
check('schedules', (await api.PipelineSchedules.all(id, { scope: 'inactive' })).map((s) => s.id), [schedule.id]);
check('schedule played', (await api.PipelineSchedules.run(id, schedule.id)).message, '201 Created');
const run = await until('the schedule runs', async () => (await api.PipelineSchedules.allTriggeredPipelines(id, schedule.id))[0]);
check('scheduled pipeline', [(await ended(run.id)).status, run.source], ['success', 'schedule']);
const log = await api.Jobs.showLog(id, (await named(run.id, 'make')).id);
check("scheduled pipeline's log", log.includes('made for schedule, tier blue, who the schedule'));
check('schedule taken', (await api.PipelineSchedules.takeOwnership(id, schedule.id)).owner.username, 'root');
await api.PipelineScheduleVariables.remove(id, schedule.id, 'WHO');
await api.PipelineSchedules.remove(id, schedule.id);
await refused('removed schedule', 404, () => api.PipelineSchedules.show(id, schedule.id));

// Trigger tokens.
const trigger = await api.PipelineTriggerTokens.create(id, 'outside');
check('trigger token', trigger.token.startsWith('glptt-'));
const triggered = await api.PipelineTriggerTokens.trigger(id, 'main', trigger.token, { variables: { WHO: 'trigger' } });
check('triggered pipeline', [(await ended(triggered.id)).source, triggered.user.username], ['trigger', 'root']);
check('trigger changed', (await api.PipelineTriggerTokens.edit(id, trigger.id, { description: 'elsewhere' })).description, 'elsewhere');
check('triggers', (await api.PipelineTriggerTokens.all(id)).length, 1);
await api.PipelineTriggerTokens.remove(id, trigger.id);
await refused('removed trigger', 404, () => api.PipelineTriggerTokens.trigger(id, 'main', trigger.token));

// Lists in parts, and answers in full.
const page = await api.Pipelines.all(id, { perPage: 1, page: 2, showExpanded: true });
check('page', [page.paginationInfo.current, page.paginationInfo.perPage, page.paginationInfo.previous, page.data.length], [2, 1, 1, 1]);
const total = page.paginationInfo.total;
check('all pages', (await api.Pipelines.all(id, { perPage: 2 })).length, total);
check('no more than asked for', (await api.Pipelines.all(id, { perPage: 1, maxPages: 2 })).length, 2);

await api.Projects.remove(id);
await refused('removed project', 404, () => api.Projects.show(id));
console.log(`PASS ${checks} checks`);
