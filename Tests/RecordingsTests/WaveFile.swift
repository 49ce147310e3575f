/// WAVE files for tests: well-formed by default, and broken one field at a time.
struct WaveFile {
    var mark = "RIFF"
    var tag = 1
    var channels = 2
    var rate = 8000
    var bits = 16
    var blockAlign: Int?
    var averageBytesPerSecond: Int?
    /// The bytes after the sixteen of the format chunk.
    var formatExtension: [UInt8] = []
    /// Chunks between the format and the sound.
    var before: [(String, [UInt8])] = []
    var sound = [UInt8](repeating: 0x55, count: 32_000)
    /// Instead of the sound's true size.
    var soundSize: UInt32?
    /// Instead of the file's true size.
    var riffSize: UInt32?
    var after: [(String, [UInt8])] = []

    var bytes: [UInt8] {
        var body = Array("WAVE".utf8)
        for (name, content) in before where name == "ds64" { body += chunk(name, content) }
        body += chunk("fmt ", format)
        for (name, content) in before where name != "ds64" { body += chunk(name, content) }
        body += Array("data".utf8) + number(soundSize ?? UInt32(sound.count)) + sound
        if sound.count % 2 == 1 { body.append(0) }
        for (name, content) in after { body += chunk(name, content) }
        return Array(mark.utf8) + number(riffSize ?? UInt32(body.count)) + body
    }

    private var format: [UInt8] {
        let frame = blockAlign ?? channels * bits / 8
        return number(UInt16(tag)) + number(UInt16(channels)) + number(UInt32(rate))
            + number(UInt32(averageBytesPerSecond ?? rate * frame)) + number(UInt16(frame)) + number(UInt16(bits))
            + formatExtension
    }

    func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        Array(name.utf8) + number(UInt32(content.count)) + content + (content.count % 2 == 1 ? [0] : [])
    }

    func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: mark == "RIFX" ? number.bigEndian : number.littleEndian) { Array($0) }
    }
}
