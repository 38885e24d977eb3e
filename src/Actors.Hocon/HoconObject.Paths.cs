using System.Numerics;

namespace Actors.Hocon;

public sealed partial class HoconObject
{
    /// <summary>Whether a path leads to a value that is not null.</summary>
    public bool Has(string path) => Find(path) is { IsNull: false };

    /// <inheritdoc cref="HoconValue.GetString()"/>
    public string GetString(string path) => Get(path).GetString();

    /// <inheritdoc cref="HoconValue.GetBoolean()"/>
    public bool GetBoolean(string path) => Get(path).GetBoolean();

    /// <inheritdoc cref="HoconValue.GetInt32()"/>
    public int GetInt32(string path) => Get(path).GetInt32();

    /// <inheritdoc cref="HoconValue.GetInt64()"/>
    public long GetInt64(string path) => Get(path).GetInt64();

    /// <inheritdoc cref="HoconValue.GetDouble()"/>
    public double GetDouble(string path) => Get(path).GetDouble();

    /// <inheritdoc cref="HoconValue.GetDecimal()"/>
    public decimal GetDecimal(string path) => Get(path).GetDecimal();

    /// <inheritdoc cref="HoconValue.GetDuration()"/>
    public TimeSpan GetDuration(string path) => Get(path).GetDuration();

    /// <inheritdoc cref="HoconValue.GetPeriod()"/>
    public HoconPeriod GetPeriod(string path) => Get(path).GetPeriod();

    /// <inheritdoc cref="HoconValue.GetSize()"/>
    public long GetSize(string path) => Get(path).GetSize();

    /// <inheritdoc cref="HoconValue.GetLargeSize()"/>
    public BigInteger GetLargeSize(string path) => Get(path).GetLargeSize();

    /// <inheritdoc cref="HoconValue.GetList()"/>
    public IReadOnlyList<HoconValue> GetList(string path) => Get(path).GetList();

    /// <inheritdoc cref="HoconValue.GetObject()"/>
    public HoconObject GetObject(string path) => Get(path).GetObject();
}
