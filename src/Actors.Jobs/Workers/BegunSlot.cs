namespace Actors.Jobs.Workers;

/// <summary>Where a worker notes what it has begun, for the next process if this one dies of it.</summary>
internal sealed class BegunSlot(IBegunTable table, int slot)
{
    public void Begin(GrantedJob job) => table.Begin(slot, job.Number, job.Grant);

    public void End(GrantedJob job) => table.End(slot, job.Number, job.Grant);
}
