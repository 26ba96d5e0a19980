// Drives an Exchange Server by EWS with ews-javascript-api (the EWS Managed API), as somebody else's client would.
// Arguments: EWS's address, user, password, the callback's address, "basic" or "ntlm". Prints one JSON object.
const ews = require("ews-javascript-api");
const { XhrApi } = require("@ewsjs/xhr");

const [url, user, password, callback, scheme] = process.argv.slice(2);
const calendar = ews.WellKnownFolderName.Calendar;
const silent = ews.SendInvitationsMode.SendToNone;
const alsoSilent = ews.SendInvitationsOrCancellationsMode.SendToNone;
const overwrite = ews.ConflictResolutionMode.AutoResolve;
const at = (day, hour) => ews.DateTime.Parse(`2026-12-${day}T${hour}:00:00Z`);

function connected() {
  const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2016);
  service.Credentials = new ews.WebCredentials(user, password);
  service.Url = new ews.Uri(url);
  if (scheme === "ntlm") service.XHRApi = new XhrApi().useNtlmAuthentication(user, password);
  return service;
}

async function created(service, subject, day, change = () => {}) {
  const made = new ews.Appointment(service);
  made.Subject = subject;
  made.Body = new ews.MessageBody(ews.BodyType.Text, "in words");
  made.Start = at(day, "10");
  made.End = at(day, "11");
  change(made);
  await made.Save(calendar, silent);
  return made;
}

async function synced(service, state) {
  const folder = new ews.FolderId(calendar);
  const kinds = [];
  for (;;) {
    const all = ews.SyncFolderItemsScope.NormalItems;
    const page = await service.SyncFolderItems(folder, ews.PropertySet.IdOnly, null, 2, all, state);
    kinds.push(...page.changes.map((change) => ews.ChangeType[change.ChangeType]));
    state = page.SyncState;
    if (!page.MoreChangesAvailable) return { state, kinds };
  }
}

async function subscribed(service, watermark) {
  const kinds = [ews.EventType.Created, ews.EventType.Modified, ews.EventType.Deleted];
  const folders = [new ews.FolderId(calendar)];
  return service.SubscribeToPushNotifications(folders, new ews.Uri(callback), 5, watermark, ...kinds);
}

function weekly(series) {
  series.Recurrence = new ews.Recurrence.WeeklyPattern(at("03", "10"), 1, [ews.DayOfTheWeek.Thursday]);
  series.Recurrence.NumberOfOccurrences = 4;
}

async function changed(service, series) {
  const second = await ews.Appointment.BindToOccurrence(service, series.Id, 2);
  second.Subject = "apart";
  await second.Update(overwrite, alsoSilent);
  const third = await ews.Appointment.BindToOccurrence(service, series.Id, 3);
  await third.Delete(ews.DeleteMode.HardDelete, ews.SendCancellationsMode.SendToNone);
}

async function main() {
  const service = connected();
  const before = await synced(service, null);
  const first = await subscribed(service, null);
  const second = await subscribed(service, first.Watermark);

  const single = await created(service, "single", "01");
  single.Subject = "renamed";
  single.Location = "Room 1";
  await single.Update(overwrite, alsoSilent);
  const read = await ews.Appointment.Bind(service, single.Id);
  const day = await created(service, "whole day", "02", (one) => { one.IsAllDayEvent = true; });
  const series = await created(service, "weekly", "03", weekly);
  const master = await ews.Appointment.Bind(service, series.Id);
  await changed(service, series);

  const view = await service.FindAppointments(calendar, new ews.CalendarView(at("01", "00"), at("31", "00")));
  const between = await synced(service, before.state);
  await single.Delete(ews.DeleteMode.HardDelete, ews.SendCancellationsMode.SendToNone);
  const after = await synced(service, between.state);
  return {
    subscriptions: [first.Id, second.Id],
    single: [read.Subject, read.Location, read.Start.ToISOString()],
    wholeDay: (await ews.Appointment.Bind(service, day.Id)).IsAllDayEvent,
    series: [ews.AppointmentType[master.AppointmentType], master.Recurrence.NumberOfOccurrences],
    view: view.Items.map((one) => one.Subject),
    synced: [before.kinds, between.kinds, after.kinds],
  };
}

main().then((found) => console.log(JSON.stringify(found)), (error) => {
  console.error(error.message, error.stack);
  process.exit(1);
});
