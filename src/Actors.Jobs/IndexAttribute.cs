namespace Actors.Jobs;

/// <summary>Lets jobs be found at once by the value of this property: on a property of a job class, or of a class that one of its properties has.</summary>
/// <remarks>
/// The path is the name of the property in the arguments as they are stored, such as <c>customer.id</c>; see <see cref="JobFilter.Arg"/>. It is for text, numbers and
/// booleans. A search by the path then finds only jobs that were enqueued since the property has this attribute. Each value costs some 12 bytes of memory per live job,
/// and 8 bytes in the journal.
/// </remarks>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class IndexAttribute : Attribute;
